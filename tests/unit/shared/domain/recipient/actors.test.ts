import { describe, expect, test } from "vitest";
import { recipientsOf } from "#shared/domain/recipient/actors.ts";

describe("recipients of an event [RTR-02]", () => {
  const actors = [
    { role: "buyer", user_id: "b" },
    { role: "seller", user_id: "s" },
    { role: "buyer", user_id: "a" },
    { role: "buyer", user_id: "b" },
  ];

  test("are the people in the role, each once, in the event's order", () => {
    expect(recipientsOf("buyer", actors)).toEqual(["b", "a"]);
    expect(recipientsOf("admin", actors)).toEqual([]);
  });
});
