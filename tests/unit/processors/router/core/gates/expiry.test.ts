import { describe, expect, test } from "vitest";
import { expiry } from "#processors/router/core/gates/expiry.ts";

describe("expiry gate", () => {
  test.each([
    ["no expiry", null, "PASS", "It does not expire"],
    ["one millisecond left", 1_001, "PASS", "It expires at 1970-01-01 00:00 UTC"],
    ["the very instant", 1_000, "DROP", "It expired at 1970-01-01 00:00 UTC"],
    ["long past", 0, "DROP", "It expired at 1970-01-01 00:00 UTC"],
    ["an instant beyond all dates", 9e15, "PASS", "It expires at beyond all dates"],
  ])("given %s", (_, expiresAt, verdict, detail) => {
    expect(expiry({ expiresAt }, 1_000)).toMatchObject({ verdict, detail });
  });

  test("a no is COMMS_EXPIRED", () => {
    expect(expiry({ expiresAt: 1 }, 2)).toMatchObject({ reason: "COMMS_EXPIRED" });
  });
});
