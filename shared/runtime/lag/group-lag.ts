import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { groupOf, readsInGroup, stages, type TopicName } from "#shared/contracts/topics.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Log } from "#shared/platform/kafka/port.ts";

/** A consumer group and the topics that it reads, both without prefix. */
export interface GroupTopics {
  readonly group: string;
  readonly topics: readonly TopicName[];
}

/** How many records of one partition a group has not committed. */
export interface PartitionCount extends TopicPartition {
  /** What the group has committed; -1 where nothing. */
  readonly committed: number;
  /** The next offset of the partition. */
  readonly high: number;
  /** Records from the committed position to the end; all that the partition holds where nothing was committed. */
  readonly records: number;
}

/** How far a group is behind in one partition. */
export interface PartitionLag extends PartitionCount {
  /** When the oldest record that is not committed was written; undefined where none can be read, as behind a marker. */
  readonly oldest: Instant | undefined;
}

/** Groups by what is told of them. */
export interface WatchedGroups {
  /** In records and in the age of the oldest: who asks must be allowed to read the topics. */
  readonly groups: readonly GroupTopics[];
  /** In records alone: to describe topics and groups is enough. */
  readonly countedGroups: readonly GroupTopics[];
}

/** What the records are counted with. */
export interface LagCounter {
  readonly log: Pick<Log, "offsets" | "committed">;
  /** Put before every topic and group name. */
  readonly prefix: string;
}

/** What a lag is measured with. */
export interface LagMeter extends LagCounter {
  readonly log: Pick<Log, "offsets" | "committed" | "timestamps">;
  /** Timestamps of an earlier measurement: a group that stands still costs one look-up a partition. */
  readonly known?: ReadonlyMap<string, Instant | undefined>;
}

/** The group and topics of a stage. */
export function groupTopicsOf(stage: string, topics: readonly TopicName[]): GroupTopics {
  return { group: groupOf(stage), topics };
}

/** Every stage's group, by the contracts of the topics. Reads their files at each call. */
export function allGroupTopics(): readonly GroupTopics[] {
  const contracts = topicContracts();
  return stages.map((stage) => {
    const own = contracts.filter(
      ({ topic, consumers }) => consumers.some((one) => one === stage) && readsInGroup(stage, topic),
    );
    return groupTopicsOf(
      stage,
      own.map(({ topic }) => topic as TopicName),
    );
  });
}

/**
 * What a gateway tells of the groups that its process does not host: the age only where the contracts let it read all that the
 * group reads. Reads the files of the contracts at each call.
 */
export function gatewayWatchedGroups(hosted: readonly string[]): WatchedGroups {
  const contracts = topicContracts().filter(({ consumers }) => consumers.includes("gateway"));
  const read = new Set(contracts.map(({ topic }) => topic));
  const others = allGroupTopics().filter(({ group }) => !hosted.some((name) => group === groupOf(name)));
  const isRead = ({ topics }: GroupTopics): boolean => topics.every((topic) => read.has(topic));
  return { groups: others.filter(isRead), countedGroups: others.filter((one) => !isRead(one)) };
}

/**
 * How many records a group has not committed, partition by partition; topics in it are without prefix. A marker of a
 * transaction counts as a record. Rejects with the log's `AppError`.
 */
export async function countLag(
  { group, topics }: GroupTopics,
  { log, prefix }: LagCounter,
): Promise<readonly PartitionCount[]> {
  const whole = topics.map((topic) => prefix + topic);
  const [offsets, committed] = await Promise.all([log.offsets(whole), log.committed(prefix + group, whole)]);
  const done = new Map(committed.map((position) => [slotOf(position), position.offset]));
  return offsets.map(({ topic, partition, low, high }) => {
    const at = done.get(slotOf({ topic, partition })) ?? -1;
    const records = Math.max(0, high - Math.max(low, at));
    return { topic: topic.slice(prefix.length), partition, committed: at, high, records };
  });
}

/** How far a group is behind, partition by partition; topics in it are without prefix. Rejects with the log's `AppError`. */
export async function measureLag(group: GroupTopics, meter: LagMeter): Promise<readonly PartitionLag[]> {
  const { log, prefix, known } = meter;
  const counts = await countLag(group, meter);
  const unread = counts.map((count) => firstUnread(count, prefix));
  const asked = unread.filter((_, i) => counts[i]?.records !== 0).filter((at) => !known?.has(positionSlot(at)));
  const written = await log.timestamps(asked);
  const fresh = new Map(asked.map((at, i) => [positionSlot(at), written[i]]));
  return counts.map((count, i) => {
    const slot = positionSlot(unread[i] as Position);
    return { ...count, oldest: count.records > 0 ? (fresh.get(slot) ?? known?.get(slot)) : undefined };
  });
}

/** The timestamps of a measurement, for the next. */
export function knownTimestamps(lags: readonly PartitionLag[], prefix: string): ReadonlyMap<string, Instant> {
  return new Map(
    lags.flatMap((lag) => (lag.oldest === undefined ? [] : [[positionSlot(firstUnread(lag, prefix)), lag.oldest]])),
  );
}

/** Where the oldest record is that is not committed; the end where there is none. */
function firstUnread({ topic, partition, high, records }: PartitionCount, prefix: string): Position {
  return { topic: prefix + topic, partition, offset: high - records };
}

function slotOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

function positionSlot({ topic, partition, offset }: Position): string {
  return `${topic}/${partition}/${offset}`;
}
