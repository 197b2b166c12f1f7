import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LedgerEntry } from "#shared/domain/delivery/ledger-entry.ts";
import {
  type BeginRequest,
  beginCall,
  confirmCall,
  reconcileEntry,
  recordCall,
  releaseEntry,
} from "#shared/domain/delivery/ledger-rules.ts";

const now = 1_000;
const leaseMs = 100;

function entryOf(over: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    state: "C",
    attempt: 1,
    leaseUntil: now + 50,
    since: 0,
    doubt: false,
    crashes: 0,
    owner: "a",
    note: "",
    ...over,
  };
}

/** A budget of one call, which is there. */
const budget = { account: "one", limits: { rate: 1, burst: 1, reserve: 0 }, calls: 1, critical: false };
/** The bucket once the call is taken. */
const bucket = { tokens: 0, at: now };

function requestOf(over: Partial<BeginRequest> = {}): BeginRequest {
  return { msgId: "m", owner: "b", attempt: 1, leaseMs, now, resend: false, budget, ...over };
}

describe("claiming an entry that must wait for its budget [DED-03]", () => {
  test.each<{ name: string; entry?: LedgerEntry; over?: Partial<BeginRequest>; expected?: Partial<LedgerEntry> }>([
    { name: "no entry", expected: { state: "C", attempt: 1, leaseUntil: now + leaseMs, owner: "b", doubt: false } },
    { name: "another's claim", entry: entryOf() },
    { name: "its own claim", entry: entryOf(), over: { owner: "a" }, expected: { owner: "a" } },
    {
      name: "its own call with an unknown result",
      entry: entryOf({ state: "K", leaseUntil: now, doubt: true, note: "{}" }),
      over: { owner: "a" },
    },
    { name: "an expired claim", entry: entryOf({ leaseUntil: now }), expected: { owner: "b", doubt: false } },
    { name: "an expired call", entry: entryOf({ state: "K", leaseUntil: now }) },
    {
      name: "an expired call, to send again",
      entry: entryOf({ state: "K", leaseUntil: now, since: 7 }),
      over: { resend: true },
      expected: { doubt: true, since: 7, attempt: 2, crashes: 1 },
    },
    {
      name: "a call that two processes died in, to send again",
      entry: entryOf({ state: "K", leaseUntil: now, doubt: true, crashes: 1 }),
      over: { resend: true },
    },
    {
      name: "a call whose result its process recorded as unknown, after a crash, to send again",
      entry: entryOf({ state: "K", leaseUntil: now, doubt: true, crashes: 1, note: "n" }),
      over: { resend: true },
      expected: { doubt: true, crashes: 1 },
    },
    { name: "a refused attempt", entry: entryOf({ state: "R" }) },
    { name: "the attempt after it", entry: entryOf({ state: "R" }), over: { attempt: 2 }, expected: { attempt: 2 } },
    { name: "a sent message", entry: entryOf({ state: "S" }), over: { attempt: 2, resend: true } },
  ])("given $name", ({ entry, over, expected }) => {
    const claimed = beginCall({ entry, bucket }, requestOf(over));
    if (expected) expect(claimed).toMatchObject({ entry: { state: "C", ...expected }, bucket, waitMs: 1_000 });
    else expect(claimed).toBeUndefined();
  });
});

describe("beginning a call whose budget is there [DED-03]", () => {
  const call = { state: "K", since: now, leaseUntil: now + leaseMs, owner: "b" };

  test("claims and confirms, and takes the call from the budget", () => {
    const begun = beginCall({ entry: undefined, bucket: undefined }, requestOf());
    expect(begun).toMatchObject({ entry: call, bucket, waitMs: 0 });
  });

  test("once more by its owner gives the same entry and takes nothing", () => {
    const begun = beginCall({ entry: undefined, bucket: undefined }, requestOf());
    if (!begun) throw new Error("it was refused");
    expect(beginCall(begun, requestOf())).toEqual(begun);
    expect(confirmCall(begun, requestOf())).toEqual(begun);
  });

  test("keeps since when the message is in doubt", () => {
    const entry = entryOf({ state: "K", leaseUntil: now, since: 7 });
    const begun = beginCall({ entry, bucket: undefined }, requestOf({ resend: true }));
    expect(begun).toMatchObject({ entry: { ...call, since: 7, attempt: 2, doubt: true }, waitMs: 0 });
  });
});

describe("confirming and releasing a claim", () => {
  const request = { owner: "a", now, leaseMs, budget };

  test("a confirmation takes the call from the budget and renews the lease", () => {
    expect(confirmCall({ entry: entryOf(), bucket: undefined }, request)).toMatchObject({
      entry: { state: "K", since: now, leaseUntil: now + leaseMs },
      bucket,
      waitMs: 0,
    });
  });

  test("a budget that has nothing yet confirms nothing", () => {
    expect(confirmCall({ entry: entryOf(), bucket }, request)).toMatchObject({
      entry: { state: "C", since: 0, leaseUntil: now + leaseMs },
      bucket,
      waitMs: 1_000,
    });
  });

  test("a release deletes a claim, and takes one call off a claim in doubt", () => {
    expect(releaseEntry(entryOf(), { owner: "a", now })).toBe("delete");
    const inDoubt = entryOf({ attempt: 3, doubt: true, since: 7 });
    const released = releaseEntry(inDoubt, { owner: "a", now });
    expect(released).toMatchObject({ state: "K", attempt: 2, since: 7, owner: "", leaseUntil: now });
    expect(releaseEntry(released as LedgerEntry, { owner: "a", now })).toBeUndefined();
  });

  test.each([
    ["another owner", entryOf()],
    ["a finished message", entryOf({ state: "F", owner: "b" })],
    ["no entry", undefined],
  ])("given %s, both are refused", (_, entry) => {
    expect(confirmCall({ entry, bucket: undefined }, { ...request, owner: "b" })).toBeUndefined();
    expect(releaseEntry(entry, { owner: "b", now })).toBeUndefined();
  });
});

describe("recording a call", () => {
  const owner = { owner: "a", now };

  test("an unknown result keeps the beginning of the first call", () => {
    const first = recordCall(entryOf({ state: "K", since: 7 }), { state: "ambiguous", attempt: 1, note: "n" }, owner);
    expect(first).toMatchObject({ state: "K", since: 7, doubt: true, leaseUntil: now, note: "n" });
  });

  test("a refused attempt stays in doubt if an earlier call was", () => {
    const record = { state: "retry", attempt: 2, note: "n" } as const;
    expect(recordCall(entryOf({ state: "K", since: 7, doubt: true }), record, owner)).toMatchObject({
      state: "R",
      since: 7,
      doubt: true,
      owner: "",
    });
  });

  test("only a sent is written without the claim, and nothing over a sent", () => {
    const other = { owner: "b", now };
    expect(recordCall(entryOf(), { state: "failed", attempt: 1, note: "" }, other)).toBeUndefined();
    expect(recordCall(entryOf(), { state: "sent", attempt: 1, note: "" }, other)).toMatchObject({ state: "S" });
    expect(recordCall(entryOf({ state: "S" }), { state: "sent", attempt: 2, note: "" }, owner)).toBeUndefined();
  });
});

describe("reconciling with the log", () => {
  test("property: a sent entry stays sent, after any record of the log", () => {
    let rewritten = 0;
    const logged = fc.record({
      msgId: fc.constant("m"),
      state: fc.constantFrom("sent" as const, "failed" as const, "dropped" as const),
      attempt: fc.integer({ min: 1, max: 9 }),
      bySender: fc.boolean(),
      recordedAt: fc.constant(now),
    });
    fc.assert(
      fc.property(logged, fc.constantFrom("", "{}"), (result, note) => {
        const next = reconcileEntry(entryOf({ state: "S", note }), result);
        if (next) rewritten++;
        expect(next?.state ?? "S").toBe("S");
      }),
    );
    expect(rewritten).toBeGreaterThan(0);
  });

  test.each([
    ["a newer attempt", entryOf({ state: "R", attempt: 3 }), undefined],
    ["the same attempt", entryOf({ state: "R", attempt: 2 }), "F"],
    ["no entry", undefined, "F"],
  ])("given %s, a failed second attempt", (_, entry, state) => {
    const logged = { msgId: "m", state: "failed", attempt: 2, bySender: true, recordedAt: now } as const;
    expect(reconcileEntry(entry, logged)?.state).toBe(state);
  });
});
