import { describe, expect, it } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { askKeyPlaces, createCompactedCheck } from "#shared/platform/kafka/key-places.ts";
import { partitionOfKey } from "#shared/platform/kafka/partitioner.ts";
import { createMemoryLog } from "#tests/fakes/log/memory-log.ts";

const key = "default/u7";
const placeOf = (count: number) => partitionOfKey(Buffer.from(key), count);

/** A tombstone of the person in a partition. */
const tombstone = (partition: number, topic: TopicName = "comms.profiles"): DecodedRecord<unknown> => ({
  topic,
  value: null,
  origin: { topic: `t.${topic}`, partition, offset: 0, key: Buffer.from(key), value: null, headers: {}, timestamp: 0 },
});

/** A log with one topic of so many partitions, which counts the questions for them; the topic may grow. */
async function logWith(partitions: number) {
  const log = createMemoryLog();
  await log.createTopics([{ topic: "t.comms.profiles", partitions, config: {} }]);
  const grown = createMemoryLog();
  await grown.createTopics([{ topic: "t.comms.profiles", partitions: partitions * 2, config: {} }]);
  let asked = 0;
  let answering = log;
  return {
    partitions: (topics: readonly string[]) => {
      asked++;
      return answering.partitions(topics);
    },
    asked: () => asked,
    grow: () => {
      answering = grown;
    },
  };
}

describe("where keys belong", () => {
  it("is where a producer of ours puts them", async () => {
    const log = createMemoryLog();
    await log.createTopics([{ topic: "t.comms.profiles", partitions: 6, config: {} }]);
    const places = await askKeyPlaces({ log, prefix: "t." }, ["comms.profiles"]);
    const producer = await log.producer();
    const names = Array.from({ length: 200 }, (_, n) => `default/user-${n}`);
    const written = await producer.send(names.map((name) => ({ topic: "t.comms.profiles", key: name, value: null })));
    for (const [at, name] of names.entries())
      expect(places("comms.profiles", Buffer.from(name))).toEqual([written[at]?.partition]);
  });
});

describe("the check of a batch", () => {
  it("asks for the partitions once, and not at all for topics that are not compacted", async () => {
    const log = await logWith(6);
    const check = createCompactedCheck({ log, prefix: "t." });
    expect(await check([tombstone(0, "comms.feedback")])).toEqual([undefined]);
    expect(log.asked()).toBe(0);
    await check([tombstone(placeOf(6)), tombstone(placeOf(6))]);
    await check([tombstone(placeOf(6))]);
    expect(log.asked()).toBe(1);
  });

  it("refuses what lies elsewhere, with one more question a batch", async () => {
    const log = await logWith(6);
    const check = createCompactedCheck({ log, prefix: "t." });
    const wrong = tombstone((placeOf(6) + 1) % 6);
    const issues = await check([wrong, tombstone(placeOf(6)), wrong]);
    expect(issues.map((issue) => issue === undefined)).toEqual([false, true, false]);
    expect(log.asked()).toBe(2);
  });

  it("takes a record by the partitions that the topic has now", async () => {
    const log = await logWith(6);
    const check = createCompactedCheck({ log, prefix: "t." });
    await check([tombstone(placeOf(6))]);
    log.grow();
    expect(placeOf(12)).not.toBe(placeOf(6));
    expect(await check([tombstone(placeOf(12))])).toEqual([undefined]);
  });
});
