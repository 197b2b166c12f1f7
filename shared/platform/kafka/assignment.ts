import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";

/** A partition as the key of a map. */
export function slot({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** Assigns partitions one by one to the members that read their topic, as Kafka's round-robin assignor does. */
export function roundRobin<Member extends { readonly topics: readonly string[] }>(
  members: readonly Member[],
  partitions: readonly TopicPartition[],
): ReadonlyMap<Member, readonly TopicPartition[]> {
  const assignment = new Map<Member, TopicPartition[]>(members.map((member) => [member, []]));
  let next = 0;
  for (const partition of partitions) {
    const readers = members.filter((member) => member.topics.includes(partition.topic));
    const reader = readers[next++ % Math.max(readers.length, 1)];
    if (reader !== undefined) assignment.get(reader)?.push(partition);
  }
  return assignment;
}

/** Those positions whose partition is among the owned ones. */
export function ownedPositions(positions: readonly Position[], owned: ReadonlySet<string>): readonly Position[] {
  return positions.filter((position) => owned.has(slot(position)));
}
