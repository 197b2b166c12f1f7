import { describe, expect, test } from "vitest";
import { suppression } from "#processors/router/core/gates/suppression.ts";
import { aSuppression } from "#tests/support/policy/records.ts";

const rest = { category: "booking", critical: false };
const critical = { category: "booking", critical: true };

describe("suppression gate [CAN-11] [SUP-02]", () => {
  test.each([
    ["no entry", [], rest, { verdict: "PASS" }],
    ["an entry for another category", [aSuppression({ scope: "category:finance" })], rest, { verdict: "PASS" }],
    ["a bounce", [aSuppression()], rest, { verdict: "DROP", reason: "COMMS_SUPPRESSED" }],
    ["a bounce, critical", [aSuppression()], critical, { verdict: "DROP", reason: "COMMS_SUPPRESSED" }],
    ["the blocklist", [aSuppression({ reason: "LEGAL" })], critical, { verdict: "DROP", reason: "COMMS_BLOCKLISTED" }],
    ["a complaint", [aSuppression({ reason: "COMPLAINT" })], rest, { verdict: "DROP", reason: "COMMS_SUPPRESSED" }],
    [
      "a complaint, critical",
      [aSuppression({ reason: "COMPLAINT" })],
      critical,
      { verdict: "BYPASS", reason: "critical_override" },
    ],
    [
      "a complaint and a STOP, critical",
      [aSuppression({ reason: "COMPLAINT" }), aSuppression({ reason: "STOP" })],
      critical,
      { verdict: "DROP" },
    ],
  ] as const)("given %s", (_, entries, message, then) => {
    expect(suppression(message, entries)).toMatchObject(then);
  });

  test("tells reason, origin, scope and since when, and no address", () => {
    expect(
      suppression(rest, [aSuppression({ reason: "UNSUBSCRIBE", origin: "RECIPIENT", scope: "all", created_at: 0 })])
        .detail,
    ).toBe("unsubscribe by the recipient, scope all, since 1970-01-01 00:00 UTC");
  });
});
