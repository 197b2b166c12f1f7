import { describe, expect, test } from "vitest";
import { openTargets, suppression } from "#shared/domain/policy/gates/suppression.ts";
import { aSuppression, aTarget } from "#tests/support/policy/records.ts";

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
    expect(suppression(message, [aTarget(...entries)])).toMatchObject(expected);
  });

  test("tells reason, origin, scope and since when, and no address", () => {
    expect(
      suppression(rest, [
        aTarget(aSuppression({ reason: "UNSUBSCRIBE", origin: "RECIPIENT", scope: "all", created_at: 0 })),
      ]).detail,
    ).toBe("unsubscribe by the recipient, scope all, since 1970-01-01 00:00 UTC");
  });
});

describe("suppression gate of a message to several targets", () => {
  const open = aTarget();
  const bounced = aTarget(aSuppression());
  const complained = aTarget(aSuppression({ reason: "COMPLAINT" }));

  test.each([
    ["one of them open", rest, [bounced, open], { verdict: "PASS" }, [open]],
    ["one open, a critical message", critical, [bounced, complained], { verdict: "BYPASS" }, [complained]],
    ["all of them stopped", rest, [bounced, complained], { verdict: "DROP" }, []],
    [
      "one on the blocklist",
      rest,
      [bounced, aTarget(aSuppression({ reason: "LEGAL" }))],
      { reason: "COMMS_BLOCKLISTED" },
      [],
    ],
    ["none at all", rest, [], { verdict: "PASS" }, []],
    ["no address", rest, "none", { verdict: "PASS" }, []],
  ] as const)("given %s", (...[, message, targets, expected, allowed]) => {
    expect(suppression(message, targets)).toMatchObject(expected);
    expect(openTargets(message, targets)).toEqual(allowed);
  });
});
