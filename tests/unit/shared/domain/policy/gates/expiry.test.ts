import { describe, expect, test } from "vitest";
import { expiry } from "#shared/domain/policy/gates/expiry.ts";

describe("expiry gate", () => {
  test.each([
    { name: "no expiry", expiresAt: null, verdict: "PASS", detail: "It does not expire" },
    { name: "one millisecond left", expiresAt: 1_001, verdict: "PASS", detail: "It expires at 1970-01-01 00:00 UTC" },
    { name: "the very instant", expiresAt: 1_000, verdict: "DROP", detail: "It expired at 1970-01-01 00:00 UTC" },
    { name: "long past", expiresAt: 0, verdict: "DROP", detail: "It expired at 1970-01-01 00:00 UTC" },
    { name: "an instant beyond all dates", expiresAt: 9e15, verdict: "PASS", detail: "It expires at beyond all dates" },
  ])("given $name", ({ expiresAt, verdict, detail }) => {
    expect(expiry({ expiresAt }, 1_000)).toMatchObject({ verdict, detail });
  });

  test("a no is COMMS_EXPIRED", () => {
    expect(expiry({ expiresAt: 1 }, 2)).toMatchObject({ reason: "COMMS_EXPIRED" });
  });
});
