import type { InRecord, Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Clock } from "../clock/clock.ts";
import { slot } from "./assignment.ts";
import { within } from "./deadline.ts";
import { unavailable } from "./failure.ts";
import { type KafkajsClient, openCluster } from "./kafkajs-client.ts";
import { isRefused, toAppError } from "./kafkajs-failure.ts";
import { Batch, type Cluster, type FetchedBatch, type FetchTopic } from "./kafkajs-internals.ts";
import { toRecord } from "./kafkajs-record.ts";

/** The first and the next offset of each partition of the topics. */
type BoundsOf = (
  topics: readonly string[],
) => Promise<readonly (TopicPartition & { readonly low: number; readonly high: number })[]>;

/** What reads topics to their ends. */
export interface ReaderParts {
  readonly clock: Clock;
  readonly connect: () => KafkajsClient;
  readonly bounds: BoundsOf;
  /** Gives up when no partition moves for so long, ms. */
  readonly stallMs: number;
}

/** The bounds, in which a partition begins at its position instead of at an earlier first record. */
export function boundsFrom(bounds: BoundsOf, from: readonly Position[] = []): BoundsOf {
  const starts = new Map(from.map((position) => [slot(position), position.offset]));
  return async (topics) =>
    (await bounds(topics)).map((bound) => ({ ...bound, low: Math.max(bound.low, starts.get(slot(bound)) ?? 0) }));
}

interface Reading extends TopicPartition {
  next: number;
  readonly end: number;
}

const readCommitted = 1;
const partitionBytes = 1_048_576;
const fetchBytes = 10_485_760;

/**
 * Reads to the end offsets captured at the start, by plain fetches: no group, so there is nothing to wait for, to fence
 * or to delete. The end of a partition is reached by position, not by record: compaction may have taken the last one.
 */
export async function* readToEnd(
  parts: ReaderParts,
  topics: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<readonly InRecord[]> {
  signal?.throwIfAborted();
  const bounds = await parts.bounds(topics);
  let open = bounds.map(({ topic, partition, low, high }): Reading => ({ topic, partition, next: low, end: high }));
  const client = parts.connect();
  try {
    const source = { client, cluster: openCluster(client), topics };
    let movedAt = parts.clock.now();
    for (open = unfinished(open); open.length > 0; open = unfinished(open)) {
      signal?.throwIfAborted();
      const { runs, moved, error } = await readOnce(parts, source, open);
      if (moved) movedAt = parts.clock.now();
      else if (isRefused(error) || parts.clock.now() - movedAt > parts.stallMs)
        throw toAppError("Reading", topics.join(", "), error);
      if (error !== undefined) await recover(parts, source.cluster, open);
      yield* runs;
    }
  } finally {
    client.end();
  }
}

function unfinished(readings: readonly Reading[]): Reading[] {
  return readings.filter((reading) => reading.next < reading.end);
}

/** The topics to read, and the cluster object that reads them. */
interface Source {
  readonly client: KafkajsClient;
  readonly cluster: Cluster;
  readonly topics: readonly string[];
}

/** What one fetch from each leader brought; `moved` when a position changed. */
interface Pass {
  readonly runs: readonly (readonly InRecord[])[];
  readonly moved: boolean;
  readonly error?: unknown;
}

/** One fetch from each leader. */
async function readOnce({ clock, stallMs }: ReaderParts, source: Source, open: readonly Reading[]): Promise<Pass> {
  try {
    const before = open.map((reading) => reading.next);
    const runs = await within(clock, stallMs, source.client.unlessRefused(fetchAll(source, open)));
    if (typeof runs === "symbol") throw source.client.failure() ?? unavailable("Reading");
    return {
      runs: runs.filter((run) => run.length > 0),
      moved: open.some((reading, at) => reading.next !== before[at]),
    };
  } catch (error) {
    return { runs: [], moved: false, error };
  }
}

async function fetchAll({ cluster, topics }: Source, open: readonly Reading[]) {
  await cluster.connect();
  await cluster.addMultipleTargetTopics(topics);
  const leaders = Map.groupBy(open, (reading) => leaderOf(cluster, reading));
  const fetched = await Promise.all([...leaders].map(([leader, readings]) => fetchFrom(cluster, leader, readings)));
  return fetched.flat();
}

function leaderOf(cluster: Cluster, { topic, partition }: TopicPartition): number {
  const found = cluster.findTopicPartitionMetadata(topic).find((each) => each.partitionId === partition);
  if (found === undefined) throw unavailable(`Finding the leader of ${topic}/${partition}`);
  return found.leader;
}

async function fetchFrom(cluster: Cluster, leader: number, readings: readonly Reading[]) {
  const broker = await cluster.findBroker({ nodeId: leader });
  const bySlot = new Map(readings.map((reading) => [slot(reading), reading]));
  const { responses } = await broker.fetch({
    maxWaitTime: 250,
    minBytes: 1,
    maxBytes: fetchBytes,
    isolationLevel: readCommitted,
    topics: toRequest(readings),
  });
  return responses.flatMap(({ topicName, partitions }) =>
    partitions.map((data) => {
      const reading = bySlot.get(slot({ topic: topicName, partition: data.partition }));
      return reading === undefined ? [] : advance(reading, new Batch(topicName, String(reading.next), data));
    }),
  );
}

function toRequest(readings: readonly Reading[]): readonly FetchTopic[] {
  const topics = Map.groupBy(readings, (reading) => reading.topic);
  return [...topics].map(([topic, all]) => ({
    topic,
    partitions: all.map(({ partition, next }) => ({ partition, fetchOffset: String(next), maxBytes: partitionBytes })),
  }));
}

/** Moves past all that came, what is not for delivery too, and gives what lies before the end. */
function advance(reading: Reading, batch: FetchedBatch): readonly InRecord[] {
  const last = batch.rawMessages.at(-1);
  if (last === undefined) return [];
  reading.next = Math.max(reading.next, Number(last.offset) + 1);
  return batch.messages
    .filter((message) => Number(message.offset) < reading.end)
    .map((message) => toRecord(reading.topic, reading.partition, message));
}

/** Leaders may have moved, and retention may have taken the first records meanwhile. */
async function recover({ clock, bounds }: ReaderParts, cluster: Cluster, open: readonly Reading[]): Promise<void> {
  await clock.sleep(200);
  await within(clock, 5_000, cluster.refreshMetadata()).catch(() => {});
  const lows = await bounds([...new Set(open.map((reading) => reading.topic))]).catch(() => []);
  for (const { topic, partition, low } of lows) {
    const reading = open.find((each) => each.topic === topic && each.partition === partition);
    if (reading !== undefined) reading.next = Math.max(reading.next, low);
  }
}
