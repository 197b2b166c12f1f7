import { describe, expect, test } from "vitest";
import type { Flag, Send, Suppression } from "#shared/contracts/records.ts";
import { decideSend, lastRefusal } from "#shared/domain/delivery/decide-send.ts";
import type { SendFacts } from "#shared/domain/delivery/facts.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import type { Flags } from "#shared/domain/policy/flags.ts";
import { aFlag, aSuppression } from "#tests/support/policy/records.ts";
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
  flags: new Map(),
  account: { id: "ses:default", provider: "ses" },
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
      "channel PASS",
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

const under = (...set: readonly (readonly [string, Flag])[]) => ({ flags: new Map(set) });
const held = { kind: "wait", as: "hold", gate: "pause", reason: "COMMS_PAUSED" };
const off = aFlag("comms.channels.non_critical.enabled", false);

describe("the decision before the call, under a flag [INC-02] [ADM-11]", () => {
  test.each<{ name: string; facts?: Partial<SendFacts>; send?: Partial<Send>; expected: object }>([
    { name: "a pause of all that is not critical", facts: under(off), expected: { ...held, pauseKey: off[0] } },
    { name: "the same, critical", facts: under(off), send: { critical: true }, expected: { kind: "send" } },
    ...[
      "comms.pause.tenant",
      "comms.pause.channel.email",
      "comms.pause.template.booking_confirmed_buyer",
      "comms.pause.provider.ses",
      "comms.pause.provider.ses:default",
    ].map((name) => ({
      name: `${name}, critical`,
      facts: under(aFlag(name, true)),
      send: { critical: true },
      expected: { ...held, pauseKey: name },
    })),
    {
      name: "a pause of another channel, template, account and tenant",
      facts: under(
        aFlag("comms.pause.channel.sms", true),
        aFlag("comms.pause.template.booking_confirmed", true),
        aFlag("comms.pause.provider.smtp", true),
        aFlag("comms.pause.provider.ses:acme", true),
        aFlag("comms.pause.tenant", true, { tenant_id: "acme" }),
      ),
      expected: { kind: "send" },
    },
    {
      name: "the kill switch of its channel, critical",
      facts: under(aFlag("comms.channels.email.enabled", false)),
      send: { critical: true },
      expected: { kind: "drop", gate: "channel", reason: "COMMS_CHANNEL_DISABLED" },
    },
    {
      name: "a pause, and a suppression that ends it anyway",
      facts: { ...under(aFlag("comms.pause.tenant", true)), to: [to({})] },
      expected: { kind: "drop", gate: "suppression" },
    },
    {
      name: "a pause after it was sent",
      facts: { ...under(aFlag("comms.pause.tenant", true)), ledger: { kind: "sent", attempt: 1, note: "" } },
      expected: { kind: "drop", gate: "ledger" },
    },
  ])("given $name", ({ facts: over, send, expected }) => {
    expect(decide(over, send)).toMatchObject(expected);
  });
});

describe("a message that waits for a pause", () => {
  test("is asked for it last, so that what is over anyway does not wait", () => {
    const decision = decide(under(aFlag("comms.pause.tenant", true)));
    const trace = decision.kind === "wait" ? decision.trace.map(({ gate }) => gate) : [];
    expect(trace.slice(5)).toEqual([
      "channel",
      "address",
      "suppression",
      "consent",
      "preference",
      "quiet_hours",
      "pause",
    ]);
  });

  test("a critical message whose call has an unknown result stays in doubt while it waits", () => {
    const ledger = { kind: "ambiguous", owner: "", since: start - 9, calls: 1, crashes: 0 } as const;
    const paused = { ...under(aFlag("comms.pause.tenant", true)), ledger };
    expect(decide(paused, { critical: true })).toMatchObject({ ...held, doubtSince: start - 9 });
  });

  test("what has happened since the look-up is looked at once more: a pause, a kill switch, the end of the message", () => {
    const at = (flags: Flags, send: Partial<Send> = {}) =>
      lastRefusal(aSend(send), { flags, account: facts.account }, start);
    expect(at(new Map())).toBeUndefined();
    expect(at(new Map(), { expires_at: start })).toMatchObject({ kind: "drop", reason: "COMMS_EXPIRED" });
    expect(at(under(aFlag("comms.channels.email.enabled", false)).flags)).toMatchObject({
      kind: "drop",
      gate: "channel",
    });
    expect(at(under(off).flags)).toMatchObject({ ...held, pauseKey: off[0] });
    expect(at(under(off).flags, { critical: true })).toBeUndefined();
  });
});
