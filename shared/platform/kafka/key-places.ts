import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import { compactedTopics, isCompactedTopic } from "#shared/contracts/topics.ts";
import { compactedIssue, type PlacesOfKey } from "#shared/domain/message/compacted-record.ts";
import { partitionOfKey } from "./partitioner.ts";
import type { Log } from "./port.ts";

/** The log, and how its topics are called. */
export interface KeyPlacesParts {
  readonly log: Pick<Log, "partitions">;
  /** Put before every topic's name. */
  readonly prefix: string;
}

/** Where keys belong on topics, named without prefix, by the partitions that the broker has now. Rejects with the log's errors. */
export async function askKeyPlaces({ log, prefix }: KeyPlacesParts, topics: readonly string[]): Promise<PlacesOfKey> {
  const counts = topics.length === 0 ? new Map() : await log.partitions(topics.map((topic) => prefix + topic));
  return (topic, key) => [partitionOfKey(key, counts.get(prefix + topic) ?? 1)];
}

/** One answer for each record of a batch, in its order: why it must not be applied, or undefined. */
export type CompactedCheck = (batch: readonly DecodedRecord<unknown>[]) => Promise<readonly (string | undefined)[]>;

/**
 * Checks records of compacted topics by `compactedIssue`; others pass. Partitions are asked for once, and again before a
 * record is refused for its place, at most once a batch. Rejects with the log's errors.
 */
export function createCompactedCheck(parts: KeyPlacesParts): CompactedCheck {
  const known = new Map<string, PlacesOfKey>();

  const learn = async (topics: readonly string[]): Promise<void> => {
    if (topics.length === 0) return;
    const places = await askKeyPlaces(parts, topics);
    for (const topic of topics) known.set(topic, places);
  };
  const placesOf: PlacesOfKey = (topic, key) => known.get(topic)?.(topic, key) ?? [];

  return async (batch) => {
    const topics = compactedTopics.filter((topic) => batch.some((record) => record.topic === topic));
    await learn(topics.filter((topic) => !known.has(topic)));
    const first = batch.map((record) => compactedIssue(record, placesOf));
    const refused = batch.filter((record, at) => first[at] !== undefined && isCompactedTopic(record.topic));
    if (refused.length === 0) return first;
    await learn([...new Set(refused.map(({ topic }) => topic))]);
    return batch.map((record, at) => first[at] && compactedIssue(record, placesOf));
  };
}
