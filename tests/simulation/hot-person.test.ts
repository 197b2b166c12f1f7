import { describe, expect, it } from "vitest";
import { createMemoryLog } from "#tests/fakes/log/memory-log.ts";
import { freshSeed } from "#tests/support/fresh-seed.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { seeded } from "#tests/support/seeded.ts";
import { copied, copier, eventOf, eventRecord, memoryCodec, outOfOrder, shellOf } from "#tests/support/shell-bench.ts";

const codec = await memoryCodec();
const hotRecords = 3_000;
const others = Array.from({ length: 40 }, (_, i) => `other-${i}`);
/** What one provider call takes, ms. */
const callMs = 4;

/** 3,000 records of one person, then one each of 40 others, on partitions that they share; each costs a provider call. */
async function times(seed: number) {
  const random = seeded(seed);
  const clock = createManualClock();
  const log = createMemoryLog({ partitions: 3, clock, random });
  const doneAt = new Map<string, number>();
  const began = clock.now();
  let mostInHand = 0;
  const processor = copier({
    decide: (record) => ({ kind: "perform", effect: record.value.cause_ref }),
    perform: async (effect, record) => {
      mostInHand = Math.max(mostInHand, shell.state().inHand);
      await clock.sleep(callMs);
      doneAt.set(effect, clock.now() - began);
      return copied(record);
    },
  });
  const { shell, crashes } = shellOf({ log, codec, clock, random, runnable: { processor } });
  const producer = await log.producer();
  const hot = Array.from({ length: hotRecords }, (_, i) => eventRecord(codec, eventOf("hot", `hot:${i}`)));
  await producer.send(hot);
  await producer.send(others.map((user) => eventRecord(codec, eventOf(user, `${user}:0`))));
  await shell.start();
  for (let step = 0; step < 400 && doneAt.size < hotRecords + others.length; step++) await clock.advance(100);
  const ofOthers = others.map((user) => doneAt.get(`${user}:0`) ?? Number.POSITIVE_INFINITY);
  const ofHot = hot.map((_, i) => `hot:${i}`);
  return {
    worst: Math.max(...ofOthers),
    last: Math.max(...doneAt.values()),
    done: doneAt.size,
    disorder: outOfOrder([...doneAt.keys()].filter((ref) => ofHot.includes(ref))),
    mostInHand,
    crashes,
  };
}

describe("a person with 3,000 records", () => {
  it.each([1, 2, 3, freshSeed()])("holds nobody else back: seed %i", async (seed) => {
    const { worst, last, done, disorder, mostInHand, crashes } = await times(seed);
    expect(crashes).toEqual([]);
    expect([done, disorder]).toEqual([hotRecords + others.length, []]);
    process.stderr.write(`seed ${seed}: others after ${worst} ms at most, the last of the one after ${last} ms\n`);
    expect(worst).toBeLessThan(500);
    expect(mostInHand).toBeGreaterThan(2_000);
  });
});
