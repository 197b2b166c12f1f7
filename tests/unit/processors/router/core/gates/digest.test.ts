import { describe, expect, test } from "vitest";
import { digest } from "#processors/router/core/gates/digest.ts";

describe("digest gate [RTR-05]", () => {
  test.each([
    ["no cadence", null, false, { verdict: "PASS" }],
    [
      "a cadence",
      "messages.daily_digest",
      false,
      { verdict: "DIGEST", reason: "COMMS_DIGESTED", cadence: "messages.daily_digest" },
    ],
    ["a cadence, critical", "messages.daily_digest", true, { verdict: "PASS" }],
  ] as const)("given %s", (_, cadence, critical, then) => {
    expect(digest({ cadence, critical })).toMatchObject(then);
  });
});
