import { describe, expect, test } from "vitest";
import type { Send } from "#shared/contracts/records.ts";
import type { LedgerState } from "#shared/domain/delivery/ledger-entry.ts";
import { ledgerGate, mayResend } from "#shared/domain/delivery/ledger-gate.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { aSend, start } from "../../delivery/sender-bench.ts";

const context = { now: start, policy: defaultPolicy };
const inDoubt = (agoMs: number, calls = 1, crashes = 0): LedgerState => ({
  kind: "ambiguous",
  owner: "a",
  since: start - agoMs,
  calls,
  crashes,
});
const { ambiguousHoldMs, recheckMs, maxAttempts } = defaultPolicy;

describe("the ledger's gate [DED-03]", () => {
  test.each<{ name: string; state: LedgerState; send?: Partial<Send>; expected: object }>([
    { name: "a free message", state: { kind: "free" }, expected: { verdict: "PASS" } },
    {
      name: "a refused attempt",
      state: { kind: "retrying", attempt: 1, note: JSON.stringify({ dueAt: start + 9 }) },
      expected: { verdict: "DEFER", kind: "retry", dueAt: start + 9, reason: "COMMS_PROVIDER_UNAVAILABLE" },
    },
    {
      name: "a sent message that the log has",
      state: { kind: "sent", attempt: 1, note: "" },
      expected: { verdict: "DROP", reason: "COMMS_ALREADY_SENT" },
    },
    {
      name: "a sent message that the log may lack",
      state: { kind: "sent", attempt: 1, note: '{"status":"SENT"}' },
      expected: { verdict: "REPEAT", report: { status: "SENT" } },
    },
    {
      name: "a call in doubt",
      state: inDoubt(1_000),
      expected: { verdict: "HOLD", dueAt: start + recheckMs },
    },
    {
      name: "a call in doubt near its deadline",
      state: inDoubt(ambiguousHoldMs - 10),
      expected: { verdict: "HOLD", dueAt: start + 10 },
    },
    {
      name: "a call in doubt at its deadline",
      state: inDoubt(ambiguousHoldMs),
      expected: { verdict: "DROP", reason: "COMMS_AMBIGUOUS_SEND", report: { status: "DROPPED", at: start } },
    },
    {
      name: "a critical call in doubt",
      state: inDoubt(1_000),
      send: { critical: true },
      expected: { verdict: "PASS" },
    },
    {
      name: "a note in doubt, which a second call does not double",
      state: inDoubt(1_000),
      send: { channel: "INAPP" },
      expected: { verdict: "PASS" },
    },
    {
      name: "a critical call in doubt that has used its calls",
      state: inDoubt(1_000, maxAttempts),
      send: { critical: true },
      expected: { verdict: "HOLD" },
    },
  ])("given $name", ({ state, send, expected }) => {
    expect(ledgerGate(aSend({ expires_at: null, ...send }), state, context)).toMatchObject(expected);
  });

  test("given another's claim, it waits until the lease ends and up to a second more", () => {
    const result = ledgerGate(aSend(), { kind: "held", owner: "a", until: start + 500 }, context);
    if (result.verdict !== "HOLD") throw new Error("no hold");
    expect(result.dueAt).toBeGreaterThanOrEqual(start + 600);
    expect(result.dueAt).toBeLessThan(start + 1_500);
  });

  test("a message may be sent again only if it is critical and has not expired", () => {
    const may = (critical: boolean, expires_at: number | null) => mayResend(aSend({ critical, expires_at }), start);
    expect([may(true, null), may(true, start + 1), may(true, start), may(false, null)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("the ledger's gate after crashes [DED-03]", () => {
  test.each<{ name: string; state: LedgerState; expected: object }>([
    {
      name: "a critical call that one process died in",
      state: inDoubt(1_000, 1, 1),
      expected: { verdict: "PASS" },
    },
    {
      name: "a critical call that two processes died in",
      state: inDoubt(1_000, 2, 2),
      expected: { verdict: "HOLD", reason: "COMMS_AMBIGUOUS_SEND" },
    },
    {
      name: "the same after the deadline",
      state: inDoubt(ambiguousHoldMs, 2, 2),
      expected: { verdict: "DROP", reason: "COMMS_AMBIGUOUS_SEND" },
    },
  ])("given $name", ({ state, expected }) => {
    expect(ledgerGate(aSend({ critical: true, expires_at: null }), state, context)).toMatchObject(expected);
  });
});
