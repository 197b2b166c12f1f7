import { describe, expect, it } from "vitest";
import { createReconciler } from "#shared/delivery/reconciler.ts";
import type { LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import { senderFeedback } from "#shared/domain/delivery/report.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { aSend, start } from "./sender-bench.ts";

const never = new AbortController().signal;
const away = () => new AppError("REDIS_UNAVAILABLE", "Redis does not answer", { retryable: true });

const head = { status: "SENT", at: start, provider: "ses", ref: "r", addressHash: null, reason: null } as const;
const report = { ...head, attempt: 1, code: null, detail: "", suppress: null, ambiguous: false } as const;

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
  const reconciler = createReconciler({ reconcile });
  const tryAgain = () => reconciler.job.run(start, async () => {}, never);
  return { reconciler, tryAgain, took: () => took.map(({ msgId }) => msgId), calls: () => calls };
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

  it("ends the process where the ledger refuses it for good", async () => {
    const { reconciler } = reconcilerWith(new Error("unknown operation"));
    await expect(reconciler.written([sent("m1")], start)).rejects.toThrow("unknown operation");
  });
});
