import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { LoggedCall } from "#shared/domain/delivery/attempt-batch.ts";
import type { LedgerState } from "#shared/domain/delivery/ledger-entry.ts";
import type { BeginRequest } from "#shared/domain/delivery/ledger-rules.ts";
import type { BudgetRequest } from "#shared/domain/delivery/rate-budget.ts";
import { type ClaimRef, type ClaimResult, hotWindowMs, type Ledger, leaseMs } from "#shared/state/ledger/ledger.ts";
import { createMemoryLedger } from "#tests/fakes/memory-ledger.ts";
import { countRuns } from "#tests/support/run-count.ts";

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

/** One call by an account that lets everything through. */
const ample = budgetOf("ample", 1_000);
/** One call by an account that has let its one call through, and no second one while a test goes on. */
const spent: BudgetRequest = { ...budgetOf("spent", 1), limits: { rate: 1e-6, burst: 1, reserve: 0 } };

function budgetOf(account: string, burst: number, change: Partial<BudgetRequest> = {}): BudgetRequest {
  return { account, limits: { rate: 1, burst, reserve: 0 }, calls: 1, critical: false, ...change };
}

function beginOf(change: Partial<BeginRequest> = {}): BeginRequest {
  return { msgId, owner: "a", attempt: 1, leaseMs, now: t0, resend: false, budget: ample, ...change };
}

/** A claim that waits for its budget. */
function claimOf(change: Partial<BeginRequest> = {}): BeginRequest {
  return beginOf({ budget: spent, ...change });
}

/** An open ledger, emptied before each test. */
interface Bench extends LedgerUnderTest {
  /** The state of the message of these tests. */
  look(now?: number, attempt?: number): Promise<LedgerState | undefined>;
  /** The answer to a claim, its wait aside: it has one, and is not confirmed. */
  claim(request: BeginRequest): Promise<Omit<ClaimResult, "waitMs">>;
  /** Whether the claim of this owner is confirmed. */
  confirm(owner: string, now: number): Promise<boolean>;
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
      restored: async () => {
        await under.restored();
        await under.ledger.begin(beginOf({ msgId: "the one that goes before", budget: spent }));
      },
      close: () => under.close(),
      claim: async (request) => {
        const result = await under.ledger.begin(request);
        if (result.kind !== "claimed") return result;
        const { waitMs, ...claim } = result;
        expect(waitMs).toBeGreaterThan(0);
        return claim;
      },
      confirm: async (owner, now) => (await under.ledger.confirm(by(owner), ample, now)) === 0,
      look: async (now = t0, attempt = 1) => (await under.ledger.peek([{ msgId, attempt }], now))[0],
    };

    beforeEach(async () => {
      under ??= await open();
      await bench.wipe();
      await bench.restored();
    });
    afterAll(() => under?.close());

    claimCases(bench);
    beginCases(bench);
    budgetCases(bench);
    doubtCases(bench);
    endedCases(bench);
    resultCases(bench);
    reconcileCases(bench);
    reopenCases(bench);
    restoreCases(bench);
    restoreOrderCases(bench);
  });
}

/** Who gets the message, and for how long. */
function claimCases(bench: Bench): void {
  test("gives a message to one owner and holds it against others until the lease ends", async () => {
    expect(await bench.claim(claimOf())).toEqual({ kind: "claimed", attempt: 1 });
    expect(await bench.claim(claimOf({ owner: "b" }))).toEqual({
      kind: "held",
      owner: "a",
      until: t0 + leaseMs,
    });
    expect(await bench.claim(claimOf({ owner: "b", now: t0 + leaseMs - 1 }))).toMatchObject({ kind: "held" });
    expect(await bench.claim(claimOf({ owner: "b", now: t0 + leaseMs }))).toEqual({
      kind: "claimed",
      attempt: 1,
    });
  });

  test("gives it to its owner again, as after a lost answer", async () => {
    await bench.claim(claimOf());
    expect(await bench.claim(claimOf({ now: t0 + 1 }))).toEqual({
      kind: "claimed",
      attempt: 1,
    });
    expect(await bench.look(t0 + leaseMs)).toMatchObject({ kind: "held" });
  });

  test("confirms only the owner, any number of times, and renews the lease", async () => {
    await bench.claim(claimOf());
    expect(await bench.confirm("b", t0)).toBe(false);
    expect(await bench.confirm("a", t0 + 4_000)).toBe(true);
    expect(await bench.confirm("a", t0 + 4_000)).toBe(true);
    expect(await bench.look(t0 + leaseMs + 3_999)).toMatchObject({ kind: "held", until: t0 + 4_000 + leaseMs });
  });

  test("confirms nobody whose claim another has taken over, or who never claimed", async () => {
    expect(await bench.confirm("a", t0)).toBe(false);
    await bench.claim(claimOf());
    await bench.claim(claimOf({ owner: "b", now: t0 + leaseMs }));
    expect(await bench.confirm("a", t0 + leaseMs)).toBe(false);
    expect(await bench.confirm("b", t0 + leaseMs)).toBe(true);
  });

  test("a claim given back is free", async () => {
    await bench.claim(claimOf());
    await bench.ledger.release(by("b"), t0);
    expect(await bench.look()).toMatchObject({ kind: "held" });
    await bench.ledger.release(by("a"), t0);
    expect(await bench.look()).toEqual({ kind: "free" });
  });
}

const begun = { kind: "claimed", attempt: 1, waitMs: 0 };

/** A claim that is confirmed in the same step, where the budget lets its calls through. */
function beginCases(bench: Bench): void {
  test("claims, takes the calls and confirms in one step: a process that dies then leaves a doubt", async () => {
    expect(await bench.ledger.begin(beginOf())).toEqual(begun);
    expect(await bench.look()).toEqual({ kind: "held", owner: "a", until: t0 + leaseMs });
    const later = t0 + leaseMs;
    expect(await bench.look(later)).toEqual({ kind: "ambiguous", owner: "a", since: t0, calls: 1, crashes: 1 });
  });

  test("confirms nothing where the budget has nothing: a process that dies while it waits has called nobody", async () => {
    expect(await bench.ledger.begin(claimOf())).toMatchObject({ kind: "claimed", waitMs: 1e9 });
    expect(await bench.look()).toMatchObject({ kind: "held", owner: "a" });
    expect(await bench.look(t0 + leaseMs)).toEqual({ kind: "free" });
  });

  test("gives the same answer again in doubt, and in a call that is reopened", async () => {
    await bench.ledger.begin(beginOf());
    const again = beginOf({ owner: "b", resend: true, now: t0 + leaseMs });
    const doubt = { since: t0, crashes: 1 };
    const second = { kind: "claimed", doubt, attempt: 2, waitMs: 0 };
    expect([await bench.ledger.begin(again), await bench.ledger.begin(again)]).toEqual([second, second]);
    await bench.ledger.record(by("b"), { state: "sent", attempt: 2, note: "" }, t0 + leaseMs);
    const reopened = beginOf({ owner: "c", attempt: 3, reopens: 2, now: t0 + leaseMs });
    const third = { kind: "claimed", attempt: 3, waitMs: 0 };
    expect([await bench.ledger.begin(reopened), await bench.ledger.begin(reopened)]).toEqual([third, third]);
  });

  test("gives its owner no call again whose result is recorded", async () => {
    await bench.ledger.begin(beginOf());
    await bench.ledger.record(by("a"), { state: "ambiguous", attempt: 1, note: "{}" }, t0);
    expect(await bench.ledger.begin(beginOf())).toMatchObject({ kind: "ambiguous" });
    expect(await bench.ledger.confirm(by("a"), ample, t0)).toBeUndefined();
  });

  test("a claim given back after its confirmation is free, as nobody was called", async () => {
    await bench.ledger.begin(beginOf());
    await bench.ledger.release(by("a"), t0);
    expect(await bench.look()).toEqual({ kind: "free" });
  });
}

/** What claims take from the budgets of their accounts. */
function budgetCases(bench: Bench): void {
  test("takes nothing from the budget for a message that is refused", async () => {
    const budget = budgetOf("two calls", 2);
    await bench.ledger.begin(beginOf({ budget }));
    expect(await bench.ledger.begin(beginOf({ owner: "b", budget }))).toMatchObject({ kind: "held" });
    expect(await bench.ledger.begin(beginOf({ msgId: "second", budget }))).toEqual(begun);
    expect(await bench.ledger.begin(beginOf({ msgId: "third", budget }))).toMatchObject({ waitMs: 1_000 });
  });

  test("gives its owner the same answer again, as after a lost one, and takes the calls once", async () => {
    const budget = budgetOf("two calls", 2);
    expect(await bench.ledger.begin(beginOf({ budget }))).toEqual(begun);
    expect(await bench.ledger.begin(beginOf({ budget, now: t0 + 1 }))).toEqual(begun);
    expect(await bench.ledger.confirm(by("a"), budget, t0 + 1)).toBe(0);
    expect(await bench.look(t0 + leaseMs)).toMatchObject({ kind: "held", until: t0 + 1 + leaseMs });
    expect(await bench.ledger.begin(beginOf({ msgId: "second", budget }))).toEqual(begun);
    expect(await bench.ledger.begin(beginOf({ msgId: "third", budget }))).toMatchObject({ waitMs: 1_000 });
  });

  test("a claim that waited is confirmed once its budget has something, and takes it then", async () => {
    const budget = budgetOf("one call", 1);
    await bench.ledger.begin(beginOf({ msgId: "first", budget }));
    expect(await bench.ledger.begin(beginOf({ budget }))).toEqual({ ...begun, waitMs: 1_000 });
    expect(await bench.ledger.confirm(by("a"), budget, t0 + 400)).toBe(600);
    expect(await bench.look(t0 + 400 + leaseMs)).toEqual({ kind: "free" });
    expect(await bench.ledger.confirm(by("a"), budget, t0 + 1_000)).toBe(0);
    expect(await bench.look(t0 + 1_000 + leaseMs)).toMatchObject({ kind: "ambiguous", since: t0 + 1_000 });
    expect(await bench.ledger.begin(beginOf({ msgId: "third", budget, now: t0 + 1_000 }))).toMatchObject({
      waitMs: 1_000,
    });
  });

  test("keeps the reserve for what is critical, takes a call for each target, and shares nothing between accounts", async () => {
    const budget = { ...budgetOf("reserved", 4), limits: { rate: 1, burst: 4, reserve: 1 } };
    const take = async (id: string, change: Partial<BudgetRequest>) => {
      const result = await bench.ledger.begin(beginOf({ msgId: id, budget: { ...budget, ...change } }));
      return result.kind === "claimed" ? result.waitMs : undefined;
    };
    expect(await take("m1", { calls: 3 })).toBe(0);
    expect(await take("m2", {})).toBe(1_000);
    expect(await take("m3", { critical: true })).toBe(0);
    expect(await take("m4", { critical: true })).toBe(1_000);
    expect(await take("m5", { account: "another" })).toBe(0);
  });
}

/** What an unknown result leaves behind. */
function doubtCases(bench: Bench): void {
  test("a confirmed call whose lease ran out is ambiguous, and only who says so may claim it", async () => {
    await bench.claim(claimOf());
    await bench.confirm("a", t0 + 1);
    const later = t0 + 1 + leaseMs;
    expect(await bench.look(later)).toEqual({ kind: "ambiguous", owner: "a", since: t0 + 1, calls: 1, crashes: 1 });
    expect(await bench.claim(claimOf({ owner: "b", now: later }))).toEqual({
      kind: "ambiguous",
      owner: "a",
      since: t0 + 1,
      calls: 1,
      crashes: 1,
    });
    expect(await bench.claim(claimOf({ owner: "b", now: later, resend: true }))).toEqual({
      kind: "claimed",
      doubt: { since: t0 + 1, crashes: 1 },
      attempt: 2,
    });
  });

  test("the doubt of an earlier call outlives claims, releases and refusals of later ones", async () => {
    await bench.claim(claimOf());
    await bench.confirm("a", t0);
    await bench.ledger.record(by("a"), { state: "ambiguous", attempt: 1, note: "n" }, t0 + 5);
    expect(await bench.look(t0 + 5)).toEqual({ kind: "ambiguous", owner: "a", since: t0, calls: 1, crashes: 0 });
    await bench.claim(claimOf({ owner: "b", now: t0 + 6, resend: true, attempt: 2 }));
    await bench.ledger.release(by("b"), t0 + 7);
    expect(await bench.look(t0 + 7, 2)).toMatchObject({ kind: "ambiguous", since: t0 });
    await bench.claim(claimOf({ owner: "c", now: t0 + 8, resend: true, attempt: 2 }));
    await bench.confirm("c", t0 + 8);
    await bench.ledger.record(by("c"), { state: "retry", attempt: 2, note: "n" }, t0 + 9);
    expect(await bench.claim(claimOf({ owner: "d", now: t0 + 10, attempt: 3 }))).toEqual({
      kind: "claimed",
      doubt: { since: t0, crashes: 0 },
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
      expect(await bench.claim(request)).toMatchObject({ kind: "claimed", attempt });
      expect(await bench.claim(request)).toMatchObject({ kind: "claimed", attempt });
      await bench.confirm(owner, now);
      now += leaseMs;
      expect(await bench.look(now)).toMatchObject({ kind: "ambiguous", calls: attempt, crashes: attempt });
    }
    const third = await bench.claim(claimOf({ owner: "c", now, resend: true }));
    expect(third).toMatchObject({ kind: "ambiguous", calls: 2, crashes: 2 });
  });

  test("counts no call that was given back, nor one that never was confirmed", async () => {
    await bench.claim(claimOf());
    await bench.confirm("a", t0);
    const now = t0 + leaseMs;
    expect(await bench.claim(claimOf({ owner: "b", now, resend: true }))).toMatchObject({ attempt: 2 });
    await bench.ledger.release(by("b"), now);
    await bench.ledger.release(by("b"), now);
    expect(await bench.look(now)).toMatchObject({ kind: "ambiguous", calls: 1 });
    expect(await bench.claim(claimOf({ owner: "c", now, resend: true }))).toMatchObject({ attempt: 2 });
    const later = now + leaseMs;
    expect(await bench.look(later)).toMatchObject({ kind: "ambiguous", calls: 1 });
    expect(await bench.claim(claimOf({ owner: "d", now: later, resend: true }))).toMatchObject({ attempt: 2 });
  });
}

/** What is known of a call from the orders that follow it. */
function endedCases(bench: Bench): void {
  test("a call whose result never came here has ended once its next attempt is ordered", async () => {
    await bench.ledger.begin(beginOf());
    const next = beginOf({ owner: "b", attempt: 2 });
    expect(await bench.look(t0 + leaseMs - 1, 2)).toMatchObject({ kind: "held", owner: "a" });
    const later = t0 + leaseMs;
    expect(await bench.look(later, 1)).toMatchObject({ kind: "ambiguous", crashes: 1 });
    expect(await bench.look(later, 2)).toEqual({ kind: "free" });
    expect(await bench.ledger.begin({ ...next, now: later })).toEqual({ ...begun, attempt: 2 });
    const died = { kind: "ambiguous", owner: "b", since: later, calls: 2, crashes: 1 };
    expect(await bench.look(later + leaseMs, 2)).toEqual(died);
  });

  test.each(["a crash", "a report"])("no later order ends a doubt that the ledger has of %s", async (of) => {
    await bench.ledger.begin(beginOf());
    if (of === "a report") await bench.ledger.record(by("a"), { state: "ambiguous", attempt: 1, note: "{}" }, t0);
    else await bench.ledger.begin(beginOf({ owner: "b", resend: true, now: t0 + leaseMs }));
    const later = t0 + 2 * leaseMs;
    expect(await bench.look(later, 3)).toMatchObject({ kind: "ambiguous" });
    expect(await bench.ledger.begin(beginOf({ owner: "c", attempt: 3, now: later }))).toMatchObject({
      kind: "ambiguous",
    });
  });
}

/** What the owner may write. */
function resultCases(bench: Bench): void {
  test("a refusal for now lets the next attempt through and the same one not", async () => {
    await bench.claim(claimOf());
    await bench.confirm("a", t0);
    expect(await bench.ledger.record(by("a"), { state: "retry", attempt: 1, note: '{"dueAt":1}' }, t0)).toBe(true);
    expect(await bench.look(t0, 1)).toEqual({ kind: "retrying", attempt: 1, note: '{"dueAt":1}' });
    expect(await bench.claim(claimOf({ owner: "b" }))).toMatchObject({ kind: "retrying" });
    expect(await bench.claim(claimOf({ owner: "b", attempt: 2 }))).toEqual({
      kind: "claimed",
      attempt: 2,
    });
  });

  test.each(["sent", "failed"] as const)("%s is over, with the note as it was given", async (state) => {
    await bench.claim(claimOf());
    await bench.confirm("a", t0);
    const note = '{"detail":"a|b, ü and a\nline"}';
    await bench.ledger.record(by("a"), { state, attempt: 1, note }, t0);
    expect(await bench.claim(claimOf({ owner: "b", attempt: 2, resend: true }))).toEqual({
      kind: state,
      attempt: 1,
      note,
    });
    expect(await bench.confirm("a", t0)).toBe(false);
  });

  test("who lost the claim may say that it was sent, and nothing else", async () => {
    await bench.claim(claimOf());
    await bench.confirm("a", t0);
    await bench.claim(claimOf({ owner: "b", now: t0 + leaseMs, resend: true }));
    expect(await bench.ledger.record(by("a"), { state: "failed", attempt: 1, note: "" }, t0 + leaseMs)).toBe(false);
    expect(await bench.look(t0 + leaseMs)).toMatchObject({ kind: "held", owner: "b" });
    expect(await bench.ledger.record(by("a"), { state: "sent", attempt: 1, note: "n" }, t0 + leaseMs)).toBe(true);
    expect(await bench.confirm("b", t0 + leaseMs)).toBe(false);
  });

  test("without its marker it answers nobody, and still takes the end of a call", async () => {
    await bench.wipe();
    const stale = { code: "COMMS_STATE_STALE", retryable: true };
    await expect(bench.ledger.peek([{ msgId, attempt: 1 }], t0)).rejects.toMatchObject(stale);
    await expect(bench.claim(claimOf())).rejects.toMatchObject(stale);
    await expect(bench.confirm("a", t0)).rejects.toMatchObject(stale);
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
    await bench.claim(claimOf());
    await bench.confirm("a", t0);
    await bench.ledger.reconcile([{ msgId, state: "sent", attempt: 0, bySender: false, recordedAt: t0 }], t0 + 1);
    expect(await bench.claim(claimOf({ owner: "b", now: t0 + leaseMs, resend: true }))).toMatchObject({
      kind: "sent",
    });
  });

  test("an old record never overwrites what is newer", async () => {
    const failed = { msgId, state: "failed", attempt: 1, bySender: true, recordedAt: t0 } as const;
    await bench.claim(claimOf({ attempt: 2 }));
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

  test("any run of calls leaves it, and what is left of its budgets, as it leaves the one in memory", async () => {
    const [confirmed, waited, ended] = [countRuns(), countRuns(), countRuns()];
    const orders = [1, 2, 3].map((attempt) => ({ msgId, attempt }));
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(call, { minLength: 1, maxLength: 25 }), async (isCalled, calls) => {
        await bench.wipe();
        await bench.restored();
        const model = createMemoryLedger();
        const seen = new Set<unknown>();
        let now = t0;
        for (const [passed, act] of isCalled ? [firstCall, ...calls] : calls) {
          now += passed;
          const answer = await act(bench.ledger, now);
          expect(answer).toEqual(await act(model, now));
          const states = await model.peek(orders, now);
          expect(await bench.ledger.peek(orders, now)).toEqual(states);
          seen.add(waitIn(answer)).add(states.map(({ kind }) => kind).join());
        }
        confirmed.add(seen.has(0));
        waited.add([...seen].some((waitMs) => Number(waitMs) > 0));
        ended.add(seen.has("ambiguous,free,free") || seen.has("ambiguous,ambiguous,free"));
      }),
      { numRuns: 150 },
    );
    confirmed.expectShare(0.3);
    waited.expectShare(0.3);
    ended.expectShare(0.03);
  });
}

/** The next call after a provider took the message and then reported that it did not arrive for now. */
function reopenCases(bench: Bench): void {
  const sentOnce = async () => {
    await bench.claim(claimOf());
    await bench.confirm("a", t0);
    await bench.ledger.record(by("a"), { state: "sent", attempt: 1, note: "" }, t0);
  };
  const next = { owner: "b", attempt: 2, reopens: 1 };

  test("reopens the call that was reported, and no later one", async () => {
    await sentOnce();
    expect(await bench.claim(claimOf({ owner: "b", attempt: 2 }))).toMatchObject({ kind: "sent" });
    expect(await bench.claim(claimOf(next))).toEqual({ kind: "claimed", attempt: 2 });
    await bench.confirm("b", t0);
    await bench.ledger.record(by("b"), { state: "sent", attempt: 2, note: "" }, t0);
    expect(await bench.claim(claimOf({ ...next, owner: "c" }))).toMatchObject({ kind: "sent", attempt: 2 });
  });

  test("a reopened claim given back is sent as before", async () => {
    await sentOnce();
    await bench.claim(claimOf(next));
    await bench.claim(claimOf(next));
    await bench.ledger.release(by("b"), t0);
    expect(await bench.look()).toEqual({ kind: "sent", attempt: 1, note: "" });
  });

  test("a process that dies in a reopened call is counted as a crash", async () => {
    await sentOnce();
    await bench.claim(claimOf(next));
    await bench.confirm("b", t0);
    const later = t0 + leaseMs + 1;
    expect(await bench.look(later)).toMatchObject({ kind: "ambiguous", calls: 2, crashes: 1 });
    const again = claimOf({ ...next, owner: "c", resend: true, now: later });
    expect(await bench.claim(again)).toEqual({ kind: "claimed", doubt: { since: t0, crashes: 1 }, attempt: 3 });
    await bench.confirm("c", later);
    expect(await bench.look(later + leaseMs + 1)).toMatchObject({ kind: "ambiguous", calls: 3, crashes: 2 });
  });

  test("a reopened call whose result never came here has ended once the provider's report reopens it", async () => {
    await sentOnce();
    await bench.ledger.begin(beginOf(next));
    const third = beginOf({ owner: "c", attempt: 3, reopens: 2, now: t0 + leaseMs });
    expect(await bench.ledger.begin(third)).toEqual({ ...begun, attempt: 3 });
  });

  test("a provider's late word on the first call does not end the second", async () => {
    await sentOnce();
    await bench.claim(claimOf(next));
    await bench.confirm("b", t0);
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
    expect(await bench.claim(claimOf(next))).toMatchObject({ kind: "sent", attempt: 2 });
  });
}

/** The call of this owner as the log announces it. */
function announced(owner: string, change: Partial<LoggedCall> = {}): LoggedCall {
  return { msgId, owner, attempt: 1, recordedAt: t0, ...change };
}

const sentByTheLog = { msgId, state: "sent", attempt: 1, bySender: true, recordedAt: t0 } as const;

/** What a wiped ledger learns from the calls that the log announces. */
function restoreCases(bench: Bench): void {
  test("a call that the log announces is in doubt at once, as one whose process died in it", async () => {
    await bench.ledger.restoreCalls([announced("a")], t0 + 9);
    expect(await bench.look(t0 + 9)).toEqual({ kind: "ambiguous", owner: "a", since: t0, calls: 1, crashes: 1 });
    const again = claimOf({ owner: "b", now: t0 + 9, resend: true });
    const doubt = { since: t0, crashes: 1 };
    expect(await bench.claim(again)).toEqual({ kind: "claimed", doubt, attempt: 2 });
  });

  test("a second call that the log announces keeps since when the message is in doubt, and allows no third", async () => {
    const second = announced("b", { attempt: 2, doubt: { since: t0, crashes: 1 }, recordedAt: t0 + 50 });
    await bench.ledger.restoreCalls([announced("a"), second, announced("a")], t0 + 60);
    expect(await bench.look(t0 + 60)).toEqual({ kind: "ambiguous", owner: "b", since: t0, calls: 2, crashes: 2 });
    const third = await bench.claim(claimOf({ owner: "c", now: t0 + 60, resend: true }));
    expect(third).toMatchObject({ kind: "ambiguous", calls: 2, crashes: 2 });
  });

  test("a call that the log announces has ended if a later one is ordered", async () => {
    await bench.ledger.restoreCalls([announced("a")], t0);
    expect(await bench.look(t0, 2)).toEqual({ kind: "free" });
  });

  test("the result of a call that reopens ends it", async () => {
    await bench.ledger.restoreCalls([announced("b", { attempt: 2, reopens: 1 })], t0);
    await bench.ledger.reconcile([sentByTheLog, { ...sentByTheLog, attempt: 2 }], t0);
    expect(await bench.look()).toEqual({ kind: "sent", attempt: 2, note: "" });
  });

  test("what the ledger knows of the same call or a later one is never overwritten", async () => {
    await bench.ledger.begin(beginOf({ attempt: 2 }));
    await bench.ledger.restoreCalls([announced("x"), announced("x", { attempt: 2 })], t0);
    expect(await bench.look(t0, 2)).toMatchObject({ kind: "held", owner: "a" });
    await bench.ledger.record(by("a"), { state: "retry", attempt: 2, note: "n" }, t0);
    await bench.ledger.restoreCalls([announced("x", { attempt: 2 })], t0);
    expect(await bench.look(t0, 2)).toEqual({ kind: "retrying", attempt: 2, note: "n" });
    await bench.ledger.restoreCalls([announced("x", { attempt: 3 })], t0);
    expect(await bench.look(t0, 3)).toMatchObject({ kind: "ambiguous", owner: "x", calls: 3 });
  });

  test("a call that is older than the ledger's memory is left out", async () => {
    await bench.ledger.restoreCalls([announced("a", { recordedAt: t0 - hotWindowMs })], t0);
    expect(await bench.look()).toEqual({ kind: "free" });
  });
}

/** The topics that the ledger is restored from are read in any order. */
function restoreOrderCases(bench: Bench): void {
  test.each(["sent", "failed", "dropped"] as const)(
    "a message that is %s stays so, whichever is read first",
    async (state) => {
      for (const isFirst of [true, false]) {
        await bench.wipe();
        await bench.restored();
        if (isFirst) await bench.ledger.reconcile([{ ...sentByTheLog, state }], t0);
        await bench.ledger.restoreCalls([announced("a")], t0);
        if (!isFirst) await bench.ledger.reconcile([{ ...sentByTheLog, state }], t0);
        expect(await bench.look()).toEqual({ kind: state, attempt: 1, note: "" });
      }
    },
  );

  test("a call that reopens a sent message is in doubt, whichever is read first, and given back it is sent as before", async () => {
    const second = announced("b", { attempt: 2, reopens: 1 });
    for (const isFirst of [true, false]) {
      await bench.wipe();
      await bench.restored();
      if (isFirst) await bench.ledger.reconcile([sentByTheLog], t0);
      await bench.ledger.restoreCalls([announced("a"), second], t0);
      if (!isFirst) await bench.ledger.reconcile([sentByTheLog], t0);
      expect(await bench.look(t0, 2)).toMatchObject({ kind: "ambiguous", calls: 2, crashes: 1 });
    }
    await bench.ledger.release(by("b"), t0);
    expect(await bench.look()).toEqual({ kind: "sent", attempt: 1, note: "" });
  });

  test("of two calls with the same number the later one counts, whichever is read first", async () => {
    const [earlier, later] = [announced("a"), announced("b", { recordedAt: t0 + 1 })];
    for (const calls of [
      [earlier, later],
      [later, earlier],
    ]) {
      await bench.wipe();
      await bench.restored();
      await bench.ledger.restoreCalls(calls, t0 + 2);
      expect(await bench.look(t0 + 2)).toMatchObject({ kind: "ambiguous", owner: "b", calls: 1 });
    }
  });
}

/** How long a claim or a confirmation must wait by its answer; undefined for any other answer. */
function waitIn(answer: unknown): unknown {
  return typeof answer === "object" && answer !== null && "waitMs" in answer ? answer.waitMs : answer;
}

type Act = (ledger: Ledger, now: number) => Promise<unknown>;

const owners = fc.constantFrom("a", "b", "c");
const attempts = fc.integer({ min: 1, max: 3 });
const budgets: fc.Arbitrary<BudgetRequest> = fc
  .record({
    account: fc.constantFrom("one", "two"),
    calls: fc.integer({ min: 1, max: 3 }),
    critical: fc.boolean(),
  })
  // A lease refills a good half of it.
  .map((request) => ({ ...request, limits: { rate: 0.13, burst: 2, reserve: 1 } }));
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(owners, attempts, fc.boolean(), fc.option(attempts), budgets).map(
    ([owner, attempt, resend, reopens, budget]): Act =>
      (ledger, now) =>
        ledger.begin(beginOf({ owner, attempt, resend, reopens, budget, now })),
  ),
  fc.tuple(owners, budgets).map(
    ([owner, budget]): Act =>
      (ledger, now) =>
        ledger.confirm(by(owner), budget, now),
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
  fc.tuple(owners, attempts, fc.option(attempts), fc.option(fc.nat({ max: 2 }))).map(
    ([owner, attempt, reopens, crashes]): Act =>
      (ledger, now) => {
        const doubt = crashes === null ? undefined : { since: t0, crashes };
        return ledger.restoreCalls([announced(owner, { attempt, reopens, doubt, recordedAt: now })], now);
      },
  ),
);
const firstCall: readonly [number, Act] = [0, (ledger, now) => ledger.begin(beginOf({ now }))];
const call = fc.tuple(fc.constantFrom(0, 1, leaseMs - 1, leaseMs), act);
