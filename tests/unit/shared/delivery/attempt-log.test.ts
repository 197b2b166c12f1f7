import { describe, expect, test } from "vitest";
import type { AttemptBatch } from "#shared/contracts/records.ts";
import {
  type Announcement,
  bulkSpacingMs,
  createAttemptLog,
  expressSpacingMs,
  withdrawnMax,
} from "#shared/delivery/attempt-log.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createManualClock, drainMicrotasks } from "#tests/support/manual-clock.ts";

const sender = "host/1/ab/email";

function callOf(msgId: string, isExpress = true): Announcement {
  return { msgId, owner: `${sender}.1#${msgId}`, attempt: 1, isExpress };
}

function refOf(msgId: string) {
  return { msgId, owner: `${sender}.1#${msgId}` };
}

function aLog() {
  const clock = createManualClock();
  const batches: AttemptBatch[] = [];
  const world = { write: async (): Promise<void> => {} };
  const write = async (batch: AttemptBatch) => {
    await world.write();
    batches.push(batch);
  };
  const log = createAttemptLog({ write, sender, clock });
  const run = () => log.job.run(clock.now(), async () => {}, new AbortController().signal);
  /** What each batch announces and withdraws, by message. */
  const written = () => batches.map(({ calls, withdrawn }) => [calls, withdrawn].map((of) => of.map((c) => c.msg_id)));
  return { log, clock, world, run, written, batches };
}

const away = new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true });

describe("the log of calls that are about to be made", () => {
  test("is written at once where it is idle, with all that comes in the same turn", async () => {
    const { log, written, batches } = aLog();
    await Promise.all([log.announce(callOf("a")), log.announce(callOf("b", false))]);
    expect(written()).toEqual([[["a", "b"], []]]);
    expect(batches[0]).toMatchObject({ sender, number: 1 });
  });

  test("lets nobody call before it is written", async () => {
    const { log, world } = aLog();
    const held = Promise.withResolvers<void>();
    world.write = () => held.promise;
    let isAnnounced = false;
    const announced = log.announce(callOf("a")).then(() => {
      isAnnounced = true;
    });
    await drainMicrotasks();
    expect(isAnnounced).toBe(false);
    held.resolve();
    await announced;
  });

  test("gathers under load what comes within its spacing, and holds up what somebody waits for less", async () => {
    const { log, clock, written } = aLog();
    await log.announce(callOf("a"));
    void log.announce(callOf("b", false));
    await clock.advance(expressSpacingMs - 1);
    void log.announce(callOf("c"));
    expect(written()).toHaveLength(1);
    await clock.advance(1);
    expect(written()[1]).toEqual([["b", "c"], []]);
    void log.announce(callOf("d", false));
    void log.announce(callOf("e", false));
    await clock.advance(bulkSpacingMs - 1);
    expect(written()).toHaveLength(2);
    await clock.advance(1);
    expect(written()[2]).toEqual([["d", "e"], []]);
    expect(clock.sleeping).toBe(0);
  });

  test("writes at once again after a pause of the spacing", async () => {
    const { log, clock, written } = aLog();
    await log.announce(callOf("a"));
    await clock.advance(bulkSpacingMs);
    await log.announce(callOf("b", false));
    expect(written()).toHaveLength(2);
  });

  test("holds up nobody for longer than the spacing where the clock is set back", async () => {
    const { log, clock, written } = aLog();
    await log.announce(callOf("a"));
    await clock.advance(-3_600_000);
    void log.announce(callOf("b"));
    await clock.advance(expressSpacingMs);
    expect(written()).toHaveLength(2);
  });

  test("fails as the write does, for the calls of that batch alone", async () => {
    const { log, clock, world, written } = aLog();
    world.write = () => Promise.reject(away);
    await expect(log.announce(callOf("a"))).rejects.toBe(away);
    world.write = async () => {};
    await clock.advance(bulkSpacingMs);
    await log.announce(callOf("b"));
    expect(written()).toEqual([[["b"], []]]);
  });
});

describe("a call that was not made", () => {
  test("is withdrawn with the next batch", async () => {
    const { log, written } = aLog();
    log.withdraw(refOf("a"));
    await log.announce(callOf("b"));
    expect(written()).toEqual([[["b"], ["a"]]]);
  });

  test("is withdrawn within a second where no call follows, and once", async () => {
    const { log, run, written } = aLog();
    log.withdraw(refOf("a"));
    expect(await run()).toBe(1_000);
    await run();
    expect(written()).toEqual([[[], ["a"]]]);
  });

  test("stays to be withdrawn while the log cannot be written, and is at the end of the process", async () => {
    const { log, run, world, written } = aLog();
    world.write = () => Promise.reject(away);
    log.withdraw(refOf("a"));
    await expect(run()).rejects.toBe(away);
    await log.close();
    expect(written()).toEqual([]);
    world.write = async () => {};
    log.withdraw(refOf("b"));
    await log.close();
    expect(written()).toEqual([[[], ["a", "b"]]]);
  });

  test("is forgotten first of many more than an outage may leave", async () => {
    const { log, run, written } = aLog();
    for (let n = 0; n <= withdrawnMax; n++) log.withdraw(refOf(String(n)));
    await run();
    expect(written()[0]?.[1]).toHaveLength(withdrawnMax);
    expect(written()[0]?.[1]?.[0]).toBe("1");
  });
});
