import { describe, expect, it } from "vitest";
import { createReconciler } from "#shared/delivery/reconciler.ts";
import type { LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import { senderFeedback } from "#shared/domain/delivery/report.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { ClaimRef } from "#shared/state/ledger/ledger.ts";
import { aSend, start } from "./sender-bench.ts";

const never = new AbortController().signal;
const away = () => new AppError("REDIS_UNAVAILABLE", "Redis does not answer", { retryable: true });

const head = { status: "SENT", at: start, provider: "ses", ref: "r", addressHash: null, reason: null } as const;
const report = { ...head, attempt: 1, code: null, detail: "", suppress: null, ambiguous: false } as const;

const claim: ClaimRef = { msgId: "m1", owner: "a" };

function sent(msgId: string): Outcome {
  const value = senderFeedback(aSend({ msg_id: msgId }), report);
  return { kind: "emit", outputs: [{ topic: "comms.feedback", key: "default/u1", value }] };
}

/** A reconciler whose ledger fails with these errors, one a call, and then keeps what it is told. */
function reconcilerWith(...errors: Error[]) {
  const took: LoggedResult[] = [];
  let calls = 0;
  const reconcile = async (results: readonly LoggedResult[]) => {
    calls += 1;
    const error = errors.shift();
    if (error) throw error;
    took.push(...results);
  };
  const given: string[] = [];
  const release = async ({ owner }: ClaimRef) => {
    const error = errors.shift();
    if (error) throw error;
    given.push(owner);
  };
  const reconciler = createReconciler({ reconcile, release });
  const tryAgain = () => reconciler.job.run(start, async () => {}, never);
  return { reconciler, tryAgain, took: () => took.map(({ msgId }) => msgId), calls: () => calls, given };
}

describe("what the log holds of a sender's calls", () => {
  it("is told to the ledger at once, and not again", async () => {
    const { reconciler, tryAgain, took, calls } = reconcilerWith();
    await reconciler.written([sent("m1"), { kind: "drop", reason: "COMMS_EXPIRED", outputs: [] }], start);
    await tryAgain();
    expect([took(), calls()]).toEqual([["m1"], 1]);
  });

  it("waits while Redis is away, stops no record, and is told by the job in its order", async () => {
    const { reconciler, tryAgain, took } = reconcilerWith(away(), away(), away());
    await reconciler.written([sent("m1")], start);
    await reconciler.written([sent("m2")], start);
    await expect(tryAgain()).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE", retryable: true });
    expect(took()).toEqual([]);
    await tryAgain();
    expect(took()).toEqual(["m1", "m2"]);
  });

  it("is told once more at the close, together with the claims that wait, and never keeps a process from ending", async () => {
    const { reconciler, took, given } = reconcilerWith(away(), away());
    await reconciler.written([sent("m1")], start);
    await reconciler.release(claim, start);
    await reconciler.close(start);
    expect([took(), given]).toEqual([["m1"], ["a"]]);
    const still = reconcilerWith(away(), away(), away(), away());
    await still.reconciler.written([sent("m1")], start);
    await still.reconciler.release(claim, start);
    await still.reconciler.close(start);
    expect([still.took(), still.given]).toEqual([[], []]);
  });

  it("ends the process where the ledger refuses it for good", async () => {
    const { reconciler } = reconcilerWith(new Error("unknown operation"));
    await expect(reconciler.written([sent("m1")], start)).rejects.toThrow("unknown operation");
  });
});

describe("a claim that a sender gives back", () => {
  it("is told at once, and not again", async () => {
    const { reconciler, tryAgain, given } = reconcilerWith();
    await reconciler.release(claim, start);
    await tryAgain();
    await reconciler.settle(start);
    expect(given).toEqual(["a"]);
  });

  it("waits while Redis is away, and is told by the job, or before the next look", async () => {
    const { reconciler, tryAgain, given } = reconcilerWith(away(), away(), away());
    await reconciler.release(claim, start);
    await expect(tryAgain()).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE", retryable: true });
    await expect(reconciler.settle(start)).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE", retryable: true });
    await reconciler.settle(start);
    await tryAgain();
    expect(given).toEqual(["a"]);
  });

  it("waits no longer once it is told, while others still do", async () => {
    const { reconciler, tryAgain, given } = reconcilerWith(away(), away(), away());
    await reconciler.release(claim, start);
    await reconciler.release({ ...claim, owner: "b" }, start);
    await expect(reconciler.settle(start)).rejects.toMatchObject({ retryable: true });
    expect(given).toEqual(["b"]);
    await tryAgain();
    expect(given).toEqual(["b", "a"]);
  });

  it("ends the process where the ledger refuses it for good", async () => {
    const { reconciler } = reconcilerWith(new Error("unknown operation"));
    await expect(reconciler.release(claim, start)).rejects.toThrow("unknown operation");
  });
});
