/** Where one record lies: its topic without prefix, its partition and its offset. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Names a partition, as a key of maps. */
export function partitionName({ topic, partition }: Pick<RecordPlace, "topic" | "partition">): string {
  return `${topic}/${partition}`;
}
