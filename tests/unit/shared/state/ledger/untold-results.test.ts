import { describe, expect, it } from "vitest";
import type { LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createUntoldResults, untoldResultsMax } from "#shared/state/ledger/untold-results.ts";
import { createMemoryLog } from "#tests/fakes/log/memory-log.ts";
import { createManualClock, drainMicrotasks } from "#tests/support/manual-clock.ts";
import { copier, eventOf, eventRecord, memoryCodec, shellOf } from "#tests/support/shell-bench.ts";

const now = Date.UTC(2026, 0, 5, 12);
const never = new AbortController().signal;
const codec = await memoryCodec();

function result(msgId: string): LoggedResult {
  return { msgId, state: "sent", attempt: 1, bySender: false, recordedAt: now };
}

function results(count: number, prefix = "m"): readonly LoggedResult[] {
  return Array.from({ length: count }, (_, i) => result(`${prefix}${i}`));
}

/** A ledger that fails with `failure` while there is one, and else keeps what it is told. */
function benchOf() {
  const took: string[] = [];
  const bench = {
    failure: new AppError("REDIS_UNAVAILABLE", "away", { retryable: true }) as Error | undefined,
    calls: 0,
  };
  const untold = createUntoldResults({
    reconcile: async (told) => {
      bench.calls += 1;
      if (bench.failure) throw bench.failure;
      took.push(...told.map(({ msgId }) => msgId));
    },
  });
  const tryAgain = () => untold.job.run(now, async () => {}, never);
  return { bench, untold, took, tryAgain };
}

describe("results that the ledger could not be told", () => {
  it("stop no record of a stage: all of its outputs are on the log while Redis is away, and the ledger learns of all", async () => {
    const { bench, untold, took } = benchOf();
    const clock = createManualClock();
    const log = createMemoryLog({ partitions: 3, clock });
    const afterWrite = (outcomes: readonly unknown[]) => untold.tell(results(outcomes.length), now);
    const runnable = { processor: copier({ afterWrite }), jobs: [untold.job] };
    const { shell } = shellOf({ codec, log, clock, runnable });
    await shell.start();
    await drainMicrotasks();
    const producer = await log.producer();
    await producer.send(Array.from({ length: 3_000 }, (_, i) => eventRecord(codec, eventOf(`u${i}`, String(i)))));
    await drainMicrotasks();
    for (let i = 0; i < 60; i++) await clock.advance(1_000);
    expect(log.records("comms.rejected")).toHaveLength(3_000);
    expect(took).toEqual([]);
    bench.failure = undefined;
    for (let i = 0; i < 60; i++) await clock.advance(1_000);
    expect(took).toHaveLength(3_000);
    await Promise.all([shell.stop(1_000), clock.advance(2_000)]);
  });

  it("are told in their order, and nobody but the job asks meanwhile", async () => {
    const { bench, untold, took, tryAgain } = benchOf();
    for (const one of results(1_200)) await untold.tell([one], now);
    expect(bench.calls).toBe(1);
    await expect(tryAgain()).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE", retryable: true });
    bench.failure = undefined;
    await untold.tell([result("last")], now);
    expect(took).toEqual([]);
    await tryAgain();
    expect(took).toEqual([...results(1_200).map(({ msgId }) => msgId), "last"]);
    await tryAgain();
    await untold.tell([result("next")], now);
    expect(took.slice(1_200)).toEqual(["last", "next"]);
  });

  it("are 10,000 at most: more of them wait with their records, and are kept once", async () => {
    const { bench, untold, took, tryAgain } = benchOf();
    await untold.tell(results(untoldResultsMax - 1), now);
    const more = results(2, "n");
    await expect(untold.tell(more, now)).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE", retryable: true });
    await untold.tell([result("o")], now);
    bench.failure = undefined;
    await tryAgain();
    await untold.tell(more, now);
    expect([took.length, took.slice(-3)]).toEqual([10_002, ["o", "n0", "n1"]]);
  });

  it("do not hide an error that no later attempt mends", async () => {
    const { bench, untold, tryAgain } = benchOf();
    bench.failure = new Error("unknown operation");
    await expect(untold.tell([result("m")], now)).rejects.toThrow("unknown operation");
    await tryAgain();
    expect(bench.calls).toBe(1);
  });
});
