import { describe, expect, test } from "vitest";
import { digest } from "#shared/domain/policy/gates/digest.ts";

describe("digest gate [RTR-05]", () => {
  test.each([
    { name: "no cadence", cadence: null, critical: false, expected: { verdict: "PASS" } },
    {
      name: "a cadence",
      cadence: "messages.daily_digest",
      critical: false,
      expected: { verdict: "DIGEST", reason: "COMMS_DIGESTED", cadence: "messages.daily_digest" },
    },
    { name: "a cadence, critical", cadence: "messages.daily_digest", critical: true, expected: { verdict: "PASS" } },
  ] as const)("given $name", ({ cadence, critical, expected }) => {
    expect(digest({ cadence, critical })).toMatchObject(expected);
  });
});
