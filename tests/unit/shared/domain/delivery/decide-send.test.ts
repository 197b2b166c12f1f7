import { describe, expect, test } from "vitest";
import type { Send, Suppression } from "#shared/contracts/records.ts";
import { decideSend } from "#shared/domain/delivery/decide-send.ts";
import type { SendFacts } from "#shared/domain/delivery/facts.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { aSuppression } from "#tests/support/policy/records.ts";
import { aSend, start } from "../../delivery/sender-bench.ts";

const to = (...suppressions: readonly Partial<Suppression>[]) => ({
  address: "ines@example.com",
  deviceId: "",
  hash: "h",
  suppressions: suppressions.map((over) => aSuppression(over)),
});
const facts: SendFacts = {
  ledger: { kind: "free" },
  archived: false,
  preferences: { profile: null, preference: null, consents: [] },
  to: [to()],
  cancellation: null,
  viewsAgeMs: 0,
};

function decide(over: Partial<SendFacts> = {}, send: Partial<Send> = {}) {
  return decideSend(aSend({ expires_at: null, ...send }), { ...facts, ...over }, { now: start, policy: defaultPolicy });
}

describe("the decision before the call [SUP-02] [CAN-11]", () => {
  test.each<{ name: string; facts?: Partial<SendFacts>; send?: Partial<Send>; expected: object }>([
    { name: "nothing against it", expected: { kind: "send", to: [{ address: "ines@example.com" }] } },
    { name: "an older send", facts: { archived: true }, expected: { kind: "drop", reason: "COMMS_ALREADY_SENT" } },
    {
      name: "an archive that cannot be asked",
      facts: { archived: "unknown" },
      expected: { kind: "wait", gate: "archive", reason: "COMMS_STATE_STALE" },
    },
    {
      name: "an archive that cannot be asked, critical",
      facts: { archived: "unknown" },
      send: { critical: true },
      expected: { kind: "send" },
    },
    { name: "expiry", send: { expires_at: start }, expected: { kind: "drop", reason: "COMMS_EXPIRED" } },
    { name: "no address", facts: { to: "none" }, expected: { kind: "drop", reason: "COMMS_NO_ADDRESS" } },
    { name: "an empty list", facts: { to: [] }, expected: { kind: "drop", reason: "COMMS_NO_ADDRESS" } },
    { name: "an invalid address", facts: { to: "invalid" }, expected: { reason: "COMMS_INVALID_ADDRESS" } },
    { name: "a suppression", facts: { to: [to({})] }, expected: { kind: "drop", reason: "COMMS_SUPPRESSED" } },
    { name: "the blocklist", facts: { to: [to({ reason: "LEGAL" })] }, expected: { reason: "COMMS_BLOCKLISTED" } },
    {
      name: "one of two addresses suppressed",
      facts: { to: [to({}), to()] },
      expected: { kind: "send", to: [{ suppressions: [] }] },
    },
    {
      name: "views that are too old",
      facts: { viewsAgeMs: 5_001 },
      expected: { kind: "wait", as: "hold", gate: "freshness", reason: "COMMS_STATE_STALE" },
    },
    {
      name: "views that are too old, critical",
      facts: { viewsAgeMs: 60_000 },
      send: { critical: true },
      expected: { kind: "send" },
    },
    { name: "views at the bound", facts: { viewsAgeMs: 5_000 }, expected: { kind: "send" } },
    {
      name: "views that are too old to drop for what they say",
      facts: { viewsAgeMs: 5_001, to: [to({})] },
      expected: { kind: "wait", gate: "freshness" },
    },
    {
      name: "the blocklist, critical, on views that only a critical message passes",
      facts: { viewsAgeMs: 60_000, to: [to({ reason: "LEGAL" })] },
      send: { critical: true },
      expected: { kind: "drop", reason: "COMMS_BLOCKLISTED" },
    },
  ])("given $name", ({ facts: over, send, expected }) => {
    expect(decide(over, send)).toMatchObject(expected);
  });

  test("the trace ends with the gate that refused", () => {
    const decision = decide({ to: "none" });
    if (decision.kind !== "drop") throw new Error("no drop");
    expect(decision.trace.map(({ gate, verdict }) => `${gate} ${verdict}`)).toEqual([
      "ledger PASS",
      "archive PASS",
      "expiry PASS",
      "cancellation PASS",
      "freshness PASS",
      "address DROP",
    ]);
  });

  test("a finished message is never called expired", () => {
    const sent = { kind: "sent", attempt: 1, note: "" } as const;
    expect(decide({ ledger: sent }, { expires_at: start })).toMatchObject({ reason: "COMMS_ALREADY_SENT" });
  });
});

describe("the decision before the call, of a cause that its producer has cancelled", () => {
  test.each<{ name: string; facts?: Partial<SendFacts>; send?: Partial<Send>; expected: object }>([
    {
      name: "a cancelled cause, critical, and views that are too old",
      facts: { cancellation: { cancelled_at: start, reason: "" }, viewsAgeMs: 60_000 },
      send: { critical: true },
      expected: { kind: "drop", gate: "cancellation", reason: "COMMS_CANCELLED" },
    },
    {
      name: "a cause that was cancelled before the event came",
      facts: { cancellation: { cancelled_at: start - 10_000, reason: "" } },
      expected: { kind: "send" },
    },
    {
      name: "a cancelled cause of a message that was sent",
      facts: { cancellation: { cancelled_at: start, reason: "" }, archived: true },
      expected: { kind: "drop", gate: "archive", reason: "COMMS_ALREADY_SENT" },
    },
  ])("given $name", ({ facts: over, send, expected }) => {
    expect(decide(over, send)).toMatchObject(expected);
  });
});
