import { expect, test } from "vitest";
import { KafkajsAdmin } from "#shared/platform/kafka/kafkajs-admin.ts";
import type { KafkajsClient } from "#shared/platform/kafka/kafkajs-client.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

/** Of a client that the brokers take in. */
const takenIn = { unlessRefused: <T>(work: Promise<T>) => work, failure: () => undefined };

/** A broker that knows only how many partitions topics have. */
function brokerWith(partitions: () => number): KafkajsClient {
  const metadata = ({ topics }: { readonly topics: readonly string[] }) => ({
    topics: topics.map((name) => ({ name, partitions: Array.from({ length: partitions() }) })),
  });
  const api = {
    connect: async () => {},
    fetchTopicMetadata: async (of: Parameters<typeof metadata>[0]) => metadata(of),
  };
  return { kafka: { admin: () => api }, end: () => {}, ...takenIn } as unknown as KafkajsClient;
}

const topics = ["t.comms.profiles", "t.comms.feedback"];

test("the partitions of a compacted topic are believed for ten seconds, those of others until the broker says otherwise", async () => {
  const clock = createManualClock();
  let partitions = 6;
  const admin = new KafkajsAdmin({ clock, connect: () => brokerWith(() => partitions), deadlineMs: 1_000 });
  const peeked = () => topics.map((topic) => admin.peek(topic));
  await admin.learn(topics);
  partitions = 12;
  await clock.advance(4_999);
  expect(peeked()).toEqual([6, 6]);
  await clock.advance(5_001);
  expect(peeked()).toEqual([undefined, 6]);
  expect(admin.last("t.comms.profiles")).toBe(6);
  await admin.learn(topics.slice(0, 1));
  expect(peeked()[0]).toBe(12);
});

test("a number that is five seconds old is asked for again meanwhile, and nobody waits for it", async () => {
  const clock = createManualClock();
  let partitions = 6;
  const admin = new KafkajsAdmin({ clock, connect: () => brokerWith(() => partitions), deadlineMs: 1_000 });
  const peeked = () => topics.map((topic) => admin.peek(topic));
  await admin.learn(topics);
  partitions = 12;
  await clock.advance(5_000);
  expect(peeked()).toEqual([6, 6]);
  await clock.advance(1);
  expect(peeked()).toEqual([12, 12]);
});
