import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { groupOf, stages, type TopicName } from "#shared/contracts/topics.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Log } from "#shared/platform/kafka/port.ts";

/** A consumer group and the topics that it reads, both without prefix. */
export interface GroupTopics {
  readonly group: string;
  readonly topics: readonly TopicName[];
}

/** How far a group is behind in one partition. */
export interface PartitionLag extends TopicPartition {
  /** What the group has committed; -1 where nothing. */
  readonly committed: number;
  /** The next offset of the partition. */
  readonly high: number;
  /** Records from the committed position to the end; all that the partition holds where nothing was committed. */
  readonly records: number;
  /** When the oldest record that is not committed was written; undefined where none can be read, as behind a marker. */
  readonly oldest: Instant | undefined;
}

/** Each process reads it into memory for itself: no group commits there. */
const readWithoutGroup = "comms.templates";

/** What a lag is measured with. */
export interface LagMeter {
  readonly log: Pick<Log, "offsets" | "committed" | "timestamps">;
  /** Put before every topic and group name. */
  readonly prefix: string;
  /** Timestamps of an earlier measurement: a group that stands still costs one look-up a partition. */
  readonly known?: ReadonlyMap<string, Instant | undefined>;
}

/** The group and topics of a stage. */
export function groupTopicsOf(stage: string, topics: readonly TopicName[]): GroupTopics {
  return { group: groupOf(stage), topics };
}

/** Every stage's group, by the contracts of the topics. Reads their files at each call. */
export function allGroupTopics(): readonly GroupTopics[] {
  const read = topicContracts().filter(({ topic }) => topic !== readWithoutGroup);
  return stages.map((stage) => {
    const own = read.filter(({ consumers }) => consumers.some((one) => one === stage));
    return groupTopicsOf(
      stage,
      own.map(({ topic }) => topic as TopicName),
    );
  });
}

/** How far a group is behind, partition by partition; topics in it are without prefix. Rejects with the log's `AppError`. */
export async function measureLag(
  { group, topics }: GroupTopics,
  { log, prefix, known }: LagMeter,
): Promise<readonly PartitionLag[]> {
  const whole = topics.map((topic) => prefix + topic);
  const [offsets, committed] = await Promise.all([log.offsets(whole), log.committed(prefix + group, whole)]);
  const done = new Map(committed.map((position) => [slotOf(position), position.offset]));
  const ends = offsets.map(({ topic, partition, low, high }) => {
    const at = done.get(slotOf({ topic, partition })) ?? -1;
    return { topic, partition, committed: at, high, from: Math.max(low, at) };
  });
  const behind = ends.filter(({ high, from }) => from < high);
  const asked = behind.filter(({ from, ...at }) => !known?.has(positionSlot({ ...at, offset: from })));
  const written = await log.timestamps(asked.map(({ topic, partition, from }) => ({ topic, partition, offset: from })));
  const fresh = new Map(asked.map(({ from, ...at }, i) => [positionSlot({ ...at, offset: from }), written[i]]));
  return ends.map(({ topic, partition, committed: at, high, from }) => {
    const slot = positionSlot({ topic, partition, offset: from });
    const oldest = from < high ? (fresh.get(slot) ?? known?.get(slot)) : undefined;
    return {
      topic: topic.slice(prefix.length),
      partition,
      committed: at,
      high,
      records: Math.max(0, high - from),
      oldest,
    };
  });
}

/** The timestamps of a measurement, for the next. */
export function knownTimestamps(lags: readonly PartitionLag[], prefix: string): ReadonlyMap<string, Instant> {
  return new Map(
    lags.flatMap(({ topic, partition, high, records, oldest }) =>
      oldest === undefined
        ? []
        : [[positionSlot({ topic: prefix + topic, partition, offset: high - records }), oldest]],
    ),
  );
}

function slotOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

function positionSlot({ topic, partition, offset }: Position): string {
  return `${topic}/${partition}/${offset}`;
}
