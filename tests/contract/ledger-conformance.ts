import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { LedgerState } from "#shared/domain/delivery/ledger-entry.ts";
import type { ClaimRequest } from "#shared/domain/delivery/ledger-rules.ts";
import { type ClaimRef, hotWindowMs, type Ledger, leaseMs } from "#shared/state/ledger/ledger.ts";
import { createMemoryLedger } from "#tests/fakes/memory-ledger.ts";

export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** Loses everything, the marker too. */
  wipe(): Promise<void>;
  /** Puts the marker back. */
  restored(): Promise<void>;
  close(): Promise<void>;
}

const t0 = Date.UTC(2026, 0, 5, 12);
const msgId = "0c1d6e7e-0000-5000-8000-000000000001";

/** The claim of this owner on the message of these tests. */
function by(owner: string): ClaimRef {
  return { msgId, owner };
}

function claimOf(change: Partial<ClaimRequest> = {}): ClaimRequest {
  return { msgId, owner: "a", attempt: 1, leaseMs, now: t0, resend: false, ...change };
}

/** An open ledger, emptied before each test. */
interface Bench extends LedgerUnderTest {
  /** The state of the message of these tests. */
  look(now?: number, attempt?: number): Promise<LedgerState | undefined>;
}

/** The behaviour of every ledger, in any store. */
export function ledgerConformance(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`the ledger in ${name} [DED-03] [KV-07]`, () => {
    let under: LedgerUnderTest;
    const bench: Bench = {
      get ledger() {
        return under.ledger;
      },
      wipe: () => under.wipe(),
      restored: () => under.restored(),
      close: () => under.close(),
      look: async (now = t0, attempt = 1) => (await under.ledger.peek([{ msgId, attempt }], now))[0],
    };

    beforeEach(async () => {
      under ??= await open();
      await under.wipe();
      await under.restored();
    });
    afterAll(() => under?.close());

    claimCases(bench);
    doubtCases(bench);
    resultCases(bench);
    reconcileCases(bench);
    reopenCases(bench);
  });
}

/** Who gets the message, and for how long. */
function claimCases(bench: Bench): void {
  test("gives a message to one owner and holds it against others until the lease ends", async () => {
    expect(await bench.ledger.claim(claimOf())).toEqual({ kind: "claimed", ambiguous: false, attempt: 1 });
    expect(await bench.ledger.claim(claimOf({ owner: "b" }))).toEqual({
      kind: "held",
      owner: "a",
      until: t0 + leaseMs,
    });
    expect(await bench.ledger.claim(claimOf({ owner: "b", now: t0 + leaseMs - 1 }))).toMatchObject({ kind: "held" });
    expect(await bench.ledger.claim(claimOf({ owner: "b", now: t0 + leaseMs }))).toEqual({
      kind: "claimed",
      ambiguous: false,
      attempt: 1,
    });
  });

  test("gives it to its owner again, as after a lost answer", async () => {
    await bench.ledger.claim(claimOf());
    expect(await bench.ledger.claim(claimOf({ now: t0 + 1 }))).toEqual({
      kind: "claimed",
      ambiguous: false,
      attempt: 1,
    });
    expect(await bench.look(t0 + leaseMs)).toMatchObject({ kind: "held" });
  });

  test("confirms only the owner, any number of times, and renews the lease", async () => {
    await bench.ledger.claim(claimOf());
    expect(await bench.ledger.confirm(by("b"), t0)).toBe(false);
    expect(await bench.ledger.confirm(by("a"), t0 + 4_000)).toBe(true);
    expect(await bench.ledger.confirm(by("a"), t0 + 4_000)).toBe(true);
    expect(await bench.look(t0 + leaseMs + 3_999)).toMatchObject({ kind: "held", until: t0 + 4_000 + leaseMs });
  });

  test("confirms nobody whose claim another has taken over, or who never claimed", async () => {
    expect(await bench.ledger.confirm(by("a"), t0)).toBe(false);
    await bench.ledger.claim(claimOf());
    await bench.ledger.claim(claimOf({ owner: "b", now: t0 + leaseMs }));
    expect(await bench.ledger.confirm(by("a"), t0 + leaseMs)).toBe(false);
    expect(await bench.ledger.confirm(by("b"), t0 + leaseMs)).toBe(true);
  });

  test("a claim given back is free", async () => {
    await bench.ledger.claim(claimOf());
    await bench.ledger.release(by("b"), t0);
    expect(await bench.look()).toMatchObject({ kind: "held" });
    await bench.ledger.release(by("a"), t0);
    expect(await bench.look()).toEqual({ kind: "free" });
  });
}

/** What an unknown result leaves behind. */
function doubtCases(bench: Bench): void {
  test("a confirmed call whose lease ran out is ambiguous, and only who says so may claim it", async () => {
    await bench.ledger.claim(claimOf());
    await bench.ledger.confirm(by("a"), t0 + 1);
    const later = t0 + 1 + leaseMs;
    expect(await bench.look(later)).toEqual({ kind: "ambiguous", owner: "a", since: t0 + 1, calls: 1, crashes: 1 });
    expect(await bench.ledger.claim(claimOf({ owner: "b", now: later }))).toEqual({
      kind: "ambiguous",
      owner: "a",
      since: t0 + 1,
      calls: 1,
      crashes: 1,
    });
    expect(await bench.ledger.claim(claimOf({ owner: "b", now: later, resend: true }))).toEqual({
      kind: "claimed",
      ambiguous: true,
      attempt: 2,
    });
  });

  test("the doubt of an earlier call outlives claims, releases and refusals of later ones", async () => {
    await bench.ledger.claim(claimOf());
    await bench.ledger.confirm(by("a"), t0);
    await bench.ledger.record(by("a"), { state: "ambiguous", attempt: 1, note: "n" }, t0 + 5);
    expect(await bench.look(t0 + 5)).toEqual({ kind: "ambiguous", owner: "a", since: t0, calls: 1, crashes: 0 });
    await bench.ledger.claim(claimOf({ owner: "b", now: t0 + 6, resend: true, attempt: 2 }));
    await bench.ledger.release(by("b"), t0 + 7);
    expect(await bench.look(t0 + 7, 2)).toMatchObject({ kind: "ambiguous", since: t0 });
    await bench.ledger.claim(claimOf({ owner: "c", now: t0 + 8, resend: true, attempt: 2 }));
    await bench.ledger.confirm(by("c"), t0 + 8);
    await bench.ledger.record(by("c"), { state: "retry", attempt: 2, note: "n" }, t0 + 9);
    expect(await bench.ledger.claim(claimOf({ owner: "d", now: t0 + 10, attempt: 3 }))).toEqual({
      kind: "claimed",
      ambiguous: true,
      attempt: 3,
    });
  });

  test("counts the calls whose processes died, though the record knows of none, and allows no third", async () => {
    let now = t0;
    for (const [owner, attempt] of [
      ["a", 1],
      ["b", 2],
    ] as const) {
      const request = claimOf({ owner, now, resend: true });
      expect(await bench.ledger.claim(request)).toMatchObject({ kind: "claimed", attempt });
      expect(await bench.ledger.claim(request)).toMatchObject({ kind: "claimed", attempt });
      await bench.ledger.confirm(by(owner), now);
      now += leaseMs;
      expect(await bench.look(now)).toMatchObject({ kind: "ambiguous", calls: attempt, crashes: attempt });
    }
    const third = await bench.ledger.claim(claimOf({ owner: "c", now, resend: true }));
    expect(third).toMatchObject({ kind: "ambiguous", calls: 2, crashes: 2 });
  });

  test("counts no call that was given back, nor one that never was confirmed", async () => {
    await bench.ledger.claim(claimOf());
    await bench.ledger.confirm(by("a"), t0);
    const now = t0 + leaseMs;
    expect(await bench.ledger.claim(claimOf({ owner: "b", now, resend: true }))).toMatchObject({ attempt: 2 });
    await bench.ledger.release(by("b"), now);
    await bench.ledger.release(by("b"), now);
    expect(await bench.look(now)).toMatchObject({ kind: "ambiguous", calls: 1 });
    expect(await bench.ledger.claim(claimOf({ owner: "c", now, resend: true }))).toMatchObject({ attempt: 2 });
    const later = now + leaseMs;
    expect(await bench.look(later)).toMatchObject({ kind: "ambiguous", calls: 1 });
    expect(await bench.ledger.claim(claimOf({ owner: "d", now: later, resend: true }))).toMatchObject({ attempt: 2 });
  });
}

/** What the owner may write. */
function resultCases(bench: Bench): void {
  test("a refusal for now lets the next attempt through and the same one not", async () => {
    await bench.ledger.claim(claimOf());
    await bench.ledger.confirm(by("a"), t0);
    expect(await bench.ledger.record(by("a"), { state: "retry", attempt: 1, note: '{"dueAt":1}' }, t0)).toBe(true);
    expect(await bench.look(t0, 1)).toEqual({ kind: "retrying", attempt: 1, note: '{"dueAt":1}' });
    expect(await bench.ledger.claim(claimOf({ owner: "b" }))).toMatchObject({ kind: "retrying" });
    expect(await bench.ledger.claim(claimOf({ owner: "b", attempt: 2 }))).toEqual({
      kind: "claimed",
      ambiguous: false,
      attempt: 2,
    });
  });

  test.each(["sent", "failed"] as const)("%s is over, with the note as it was given", async (state) => {
    await bench.ledger.claim(claimOf());
    await bench.ledger.confirm(by("a"), t0);
    const note = '{"detail":"a|b, ü and a\nline"}';
    await bench.ledger.record(by("a"), { state, attempt: 1, note }, t0);
    expect(await bench.ledger.claim(claimOf({ owner: "b", attempt: 2, resend: true }))).toEqual({
      kind: state,
      attempt: 1,
      note,
    });
    expect(await bench.ledger.confirm(by("a"), t0)).toBe(false);
  });

  test("who lost the claim may say that it was sent, and nothing else", async () => {
    await bench.ledger.claim(claimOf());
    await bench.ledger.confirm(by("a"), t0);
    await bench.ledger.claim(claimOf({ owner: "b", now: t0 + leaseMs, resend: true }));
    expect(await bench.ledger.record(by("a"), { state: "failed", attempt: 1, note: "" }, t0 + leaseMs)).toBe(false);
    expect(await bench.look(t0 + leaseMs)).toMatchObject({ kind: "held", owner: "b" });
    expect(await bench.ledger.record(by("a"), { state: "sent", attempt: 1, note: "n" }, t0 + leaseMs)).toBe(true);
    expect(await bench.ledger.confirm(by("b"), t0 + leaseMs)).toBe(false);
  });

  test("without its marker it answers nobody, and still takes the end of a call", async () => {
    await bench.wipe();
    const stale = { code: "COMMS_STATE_STALE", retryable: true };
    await expect(bench.ledger.peek([{ msgId, attempt: 1 }], t0)).rejects.toMatchObject(stale);
    await expect(bench.ledger.claim(claimOf())).rejects.toMatchObject(stale);
    await expect(bench.ledger.confirm(by("a"), t0)).rejects.toMatchObject(stale);
    await bench.ledger.record(by("a"), { state: "sent", attempt: 1, note: "n" }, t0);
    await bench.restored();
    expect(await bench.look()).toEqual({ kind: "sent", attempt: 1, note: "n" });
  });
}

/** What the log says, and any run of calls. */
function reconcileCases(bench: Bench): void {
  test("a result from the log removes the note and keeps the state", async () => {
    await bench.ledger.record(by("a"), { state: "sent", attempt: 2, note: "n" }, t0);
    await bench.ledger.reconcile([{ msgId, state: "sent", attempt: 2, bySender: true, recordedAt: t0 }], t0);
    expect(await bench.look()).toEqual({ kind: "sent", attempt: 2, note: "" });
  });

  test("a provider's report on a message that we have as sent leaves the sender's note", async () => {
    await bench.ledger.record(by("a"), { state: "sent", attempt: 2, note: "n" }, t0);
    await bench.ledger.reconcile([{ msgId, state: "sent", attempt: 0, bySender: false, recordedAt: t0 }], t0);
    expect(await bench.look()).toEqual({ kind: "sent", attempt: 2, note: "n" });
  });

  test("a provider's report ends a doubt", async () => {
    await bench.ledger.claim(claimOf());
    await bench.ledger.confirm(by("a"), t0);
    await bench.ledger.reconcile([{ msgId, state: "sent", attempt: 0, bySender: false, recordedAt: t0 }], t0 + 1);
    expect(await bench.ledger.claim(claimOf({ owner: "b", now: t0 + leaseMs, resend: true }))).toMatchObject({
      kind: "sent",
    });
  });

  test("an old record never overwrites what is newer", async () => {
    const failed = { msgId, state: "failed", attempt: 1, bySender: true, recordedAt: t0 } as const;
    await bench.ledger.claim(claimOf({ attempt: 2 }));
    await bench.ledger.reconcile([failed], t0);
    expect(await bench.look(t0, 2)).toMatchObject({ kind: "held" });
    await bench.ledger.record(by("a"), { state: "sent", attempt: 2, note: "n" }, t0);
    await bench.ledger.reconcile([failed, { ...failed, state: "dropped" }], t0);
    expect(await bench.look()).toEqual({ kind: "sent", attempt: 2, note: "n" });
  });

  test("the log restores a wiped ledger, and leaves out what is older than its memory", async () => {
    await bench.wipe();
    const entry = { msgId, state: "failed", attempt: 1, bySender: true, recordedAt: t0 } as const;
    const old = { ...entry, msgId: `${msgId}-old`, recordedAt: t0 - hotWindowMs };
    await bench.ledger.reconcile([entry, old], t0);
    await bench.restored();
    const states = await bench.ledger.peek(
      [entry, old].map((one) => ({ msgId: one.msgId, attempt: 1 })),
      t0,
    );
    expect(states).toEqual([{ kind: "failed", attempt: 1, note: "" }, { kind: "free" }]);
  });

  test("any run of calls leaves it as it leaves the one in memory", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 25 }), async (calls) => {
        await bench.wipe();
        await bench.restored();
        const model = createMemoryLedger();
        let now = t0;
        for (const [passed, act] of calls) {
          now += passed;
          expect(await act(bench.ledger, now)).toEqual(await act(model, now));
          expect(await bench.ledger.peek([{ msgId, attempt: 2 }], now)).toEqual(
            await model.peek([{ msgId, attempt: 2 }], now),
          );
        }
      }),
      { numRuns: 150 },
    );
  });
}

/** The next call after a provider took the message and then reported that it did not arrive for now. */
function reopenCases(bench: Bench): void {
  const sentOnce = async () => {
    await bench.ledger.claim(claimOf());
    await bench.ledger.confirm(by("a"), t0);
    await bench.ledger.record(by("a"), { state: "sent", attempt: 1, note: "" }, t0);
  };
  const next = { owner: "b", attempt: 2, reopens: 1 };

  test("reopens the call that was reported, and no later one", async () => {
    await sentOnce();
    expect(await bench.ledger.claim(claimOf({ owner: "b", attempt: 2 }))).toMatchObject({ kind: "sent" });
    expect(await bench.ledger.claim(claimOf(next))).toEqual({ kind: "claimed", ambiguous: false, attempt: 2 });
    await bench.ledger.confirm(by("b"), t0);
    await bench.ledger.record(by("b"), { state: "sent", attempt: 2, note: "" }, t0);
    expect(await bench.ledger.claim(claimOf({ ...next, owner: "c" }))).toMatchObject({ kind: "sent", attempt: 2 });
  });

  test("a reopened claim given back is sent as before", async () => {
    await sentOnce();
    await bench.ledger.claim(claimOf(next));
    await bench.ledger.claim(claimOf(next));
    await bench.ledger.release(by("b"), t0);
    expect(await bench.look()).toEqual({ kind: "sent", attempt: 1, note: "" });
  });

  test("a process that dies in a reopened call is counted as a crash", async () => {
    await sentOnce();
    await bench.ledger.claim(claimOf(next));
    await bench.ledger.confirm(by("b"), t0);
    const later = t0 + leaseMs + 1;
    expect(await bench.look(later)).toMatchObject({ kind: "ambiguous", calls: 2, crashes: 1 });
    const again = claimOf({ ...next, owner: "c", resend: true, now: later });
    expect(await bench.ledger.claim(again)).toEqual({ kind: "claimed", ambiguous: true, attempt: 3 });
    await bench.ledger.confirm(by("c"), later);
    expect(await bench.look(later + leaseMs + 1)).toMatchObject({ kind: "ambiguous", calls: 3, crashes: 2 });
  });

  test("a provider's late word on the first call does not end the second", async () => {
    await sentOnce();
    await bench.ledger.claim(claimOf(next));
    await bench.ledger.confirm(by("b"), t0);
    await bench.ledger.reconcile([{ msgId, state: "sent", attempt: 1, bySender: false, recordedAt: t0 }], t0);
    expect(await bench.look()).toMatchObject({ kind: "held", owner: "b" });
    expect(await bench.ledger.record(by("b"), { state: "sent", attempt: 2, note: "" }, t0)).toBe(true);
  });

  test("a ledger restored from the log has the last call that was sent", async () => {
    const logged = { msgId, state: "sent", bySender: true, recordedAt: t0 } as const;
    await bench.ledger.reconcile(
      [
        { ...logged, attempt: 1 },
        { ...logged, attempt: 1, bySender: false },
        { ...logged, attempt: 2 },
      ],
      t0,
    );
    expect(await bench.ledger.claim(claimOf(next))).toMatchObject({ kind: "sent", attempt: 2 });
  });
}

type Act = (ledger: Ledger, now: number) => Promise<unknown>;

const owners = fc.constantFrom("a", "b", "c");
const attempts = fc.integer({ min: 1, max: 3 });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(owners, attempts, fc.boolean(), fc.option(attempts)).map(
    ([owner, attempt, resend, reopens]): Act =>
      (ledger, now) =>
        ledger.claim(claimOf({ owner, attempt, resend, reopens, now })),
  ),
  owners.map(
    (owner): Act =>
      (ledger, now) =>
        ledger.confirm(by(owner), now),
  ),
  fc.tuple(owners, attempts, fc.constantFrom("sent", "failed", "retry", "ambiguous")).map(
    ([owner, attempt, state]): Act =>
      (ledger, now) =>
        ledger.record(by(owner), { state, attempt, note: "n" }, now),
  ),
  owners.map(
    (owner): Act =>
      (ledger, now) =>
        ledger.release(by(owner), now),
  ),
  fc.tuple(attempts, fc.constantFrom("sent", "failed", "dropped"), fc.boolean()).map(
    ([attempt, state, bySender]): Act =>
      (ledger, now) =>
        ledger.reconcile([{ msgId, state, attempt, bySender, recordedAt: now }], now),
  ),
);
const call = fc.tuple(fc.constantFrom(0, 1, leaseMs - 1, leaseMs), act);
