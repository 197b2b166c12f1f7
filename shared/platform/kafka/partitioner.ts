import type { OutRecord } from "#shared/contracts/log-record.ts";
import { murmur2 } from "./murmur2.ts";

/** Chooses the partition of a record once and for all, given how many its topic has. */
export type Partitioner = (record: OutRecord, partitions: number) => number;

/**
 * The partition that the record names; else murmur2 of its key as Java's default partitioner has it, so that every
 * client agrees where a key lies; else one after the other.
 */
export function createPartitioner(): Partitioner {
  let next = 0;
  return (record, partitions) => {
    if (record.partition !== undefined) return record.partition;
    if (record.key === null) return next++ % partitions;
    return partitionOfKey(toBytes(record.key), partitions);
  };
}

/** The partition of a key, as Java's default partitioner and librdkafka's `murmur2_random` choose it. */
export function partitionOfKey(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** Text as UTF-8; bytes as they are. */
export function toBytes(key: Buffer | string): Buffer {
  return typeof key === "string" ? Buffer.from(key) : key;
}
