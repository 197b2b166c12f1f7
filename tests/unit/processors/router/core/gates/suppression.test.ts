import { describe, expect, test } from "vitest";
import { suppression } from "#processors/router/core/gates/suppression.ts";
import { aSuppression } from "#tests/support/policy/records.ts";

const rest = { category: "booking", critical: false };
const critical = { category: "booking", critical: true };

describe("suppression gate [CAN-11] [SUP-02]", () => {
  test.each([
    { name: "no entry", entries: [], message: rest, expected: { verdict: "PASS" } },
    {
      name: "an entry for another category",
      entries: [aSuppression({ scope: "category:finance" })],
      message: rest,
      expected: { verdict: "PASS" },
    },
    {
      name: "a bounce",
      entries: [aSuppression()],
      message: rest,
      expected: { verdict: "DROP", reason: "COMMS_SUPPRESSED" },
    },
    {
      name: "a bounce, critical",
      entries: [aSuppression()],
      message: critical,
      expected: { verdict: "DROP", reason: "COMMS_SUPPRESSED" },
    },
    {
      name: "the blocklist",
      entries: [aSuppression({ reason: "LEGAL" })],
      message: critical,
      expected: { verdict: "DROP", reason: "COMMS_BLOCKLISTED" },
    },
    {
      name: "a complaint",
      entries: [aSuppression({ reason: "COMPLAINT" })],
      message: rest,
      expected: { verdict: "DROP", reason: "COMMS_SUPPRESSED" },
    },
    {
      name: "a complaint, critical",
      entries: [aSuppression({ reason: "COMPLAINT" })],
      message: critical,
      expected: { verdict: "BYPASS", reason: "critical_override" },
    },
    {
      name: "a complaint and a STOP, critical",
      entries: [aSuppression({ reason: "COMPLAINT" }), aSuppression({ reason: "STOP" })],
      message: critical,
      expected: { verdict: "DROP" },
    },
  ] as const)("given $name", ({ entries, message, expected }) => {
    expect(suppression(message, entries)).toMatchObject(expected);
  });

  test("tells reason, origin, scope and since when, and no address", () => {
    expect(
      suppression(rest, [aSuppression({ reason: "UNSUBSCRIBE", origin: "RECIPIENT", scope: "all", created_at: 0 })])
        .detail,
    ).toBe("unsubscribe by the recipient, scope all, since 1970-01-01 00:00 UTC");
  });
});
