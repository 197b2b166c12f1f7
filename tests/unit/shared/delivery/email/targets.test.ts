import { describe, expect, test } from "vitest";
import { emailTargets } from "#shared/delivery/email/targets.ts";

const person = (email: string | null) => ({ profile: { email } }) as unknown as Parameters<typeof emailTargets>[0];

describe("where a person's mail goes", () => {
  test.each([
    ["no profile address", null, "none"],
    ["no domain", "ada", "invalid"],
    ["a domain in capitals", "Ada@Example.COM", [{ address: "Ada@example.com", deviceId: "" }]],
  ])("%s", (_, email, targets) => {
    expect(emailTargets(person(email))).toEqual(targets);
  });
});
