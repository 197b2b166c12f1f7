import type { InRecord, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Consumer, ConsumerOptions, Log } from "#shared/platform/kafka/port.ts";

/** A consumer that remembers every call of its handler. It commits nothing by itself. */
export interface GroupMember {
  readonly consumer: Consumer;
  readonly delivered: { readonly record: InRecord; readonly generation: number }[];
  readonly generations: { readonly partitions: readonly TopicPartition[]; readonly generation: number }[];
  readonly revoked: number[];
  readonly crashes: Error[];
  /** Values delivered, as text, in order; of one generation where one is given. */
  values(generation?: number): readonly string[];
  generation(): number;
  partitions(): readonly TopicPartition[];
  /** Commits all that the current generation has delivered. */
  commitDelivered(): Promise<void>;
}

export async function joinGroup(
  log: Log,
  options: ConsumerOptions,
  onRevoking: (member: GroupMember) => void | Promise<void> = () => {},
): Promise<GroupMember> {
  const consumer = await log.consumer(options);
  const member: GroupMember = {
    consumer,
    delivered: [],
    generations: [],
    revoked: [],
    crashes: [],
    values: (generation) =>
      member.delivered
        .filter((each) => generation === undefined || each.generation === generation)
        .map(({ record }) => String(record.value)),
    generation: () => member.generations.at(-1)?.generation ?? 0,
    partitions: () => member.generations.at(-1)?.partitions ?? [],
    commitDelivered: () => {
      const generation = member.generation();
      const records = member.delivered.filter((each) => each.generation === generation).map((each) => each.record);
      return consumer.commit(
        records.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset + 1 })),
        generation,
      );
    },
  };
  await consumer.start({
    assigned: (partitions, generation) => void member.generations.push({ partitions, generation }),
    revoking: (generation) => {
      member.revoked.push(generation);
      return onRevoking(member);
    },
    records: (records, generation) => {
      for (const record of records) member.delivered.push({ record, generation });
    },
    crashed: (error) => void member.crashes.push(error),
  });
  return member;
}
