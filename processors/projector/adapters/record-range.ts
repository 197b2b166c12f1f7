import type { InRecord } from "#shared/contracts/log-record.ts";
import type { Log } from "#shared/platform/kafka/port.ts";

/** A range of one partition to read; the topic with its prefix, the end not included. */
export interface RecordRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  /** Records that are read at most. */
  readonly recordsMax: number;
}

/** What was read of a range, and up to where. */
export interface RangeRecords {
  readonly records: readonly InRecord[];
  /** The end of the range, unless there were too many records. */
  readonly until: number;
}

/**
 * Reads a range of one partition. An offset without a record (a marker of a transaction, a record of one that was aborted) is
 * not in it. Rejects with the log's `AppError`.
 */
export async function readRange(
  log: Pick<Log, "offsets" | "readToEnd">,
  { topic, partition, from, to, recordsMax }: RecordRange,
  signal: AbortSignal,
): Promise<RangeRecords> {
  const bounds = await log.offsets([topic]);
  // Beyond its end, a partition is not read.
  const starts = bounds.map((bound) => ({
    topic,
    partition: bound.partition,
    offset: bound.partition === partition ? from : bound.high,
  }));
  const records: InRecord[] = [];
  for await (const run of log.readToEnd([topic], signal, starts)) {
    for (const record of run) {
      if (record.partition !== partition) continue;
      if (record.offset >= to) return { records, until: to };
      records.push(record);
      if (records.length >= recordsMax) return { records, until: record.offset + 1 };
    }
  }
  return { records, until: to };
}
