import type { Headers, OutRecord } from "#shared/contracts/log-record.ts";

/** What Kafka takes by default in one batch of one partition (`max.message.bytes`), bytes. */
export const batchBytesMax = 1_048_588;

/** The head of a record batch, bytes. */
const batchOverhead = 61;
/** Lengths, deltas and attributes of one record, bytes at most. */
const recordOverhead = 21;
const headerOverhead = 10;

/** An upper bound of the bytes that a record takes when it stands alone in a batch. */
export function recordSize(record: OutRecord): number {
  return (
    batchOverhead + recordOverhead + keyLength(record.key) + (record.value?.length ?? 0) + headersSize(record.headers)
  );
}

function keyLength(key: Buffer | string | null): number {
  if (key === null) return 0;
  return typeof key === "string" ? Buffer.byteLength(key) : key.length;
}

function headersSize(headers: Headers | undefined): number {
  let size = 0;
  for (const name in headers) {
    const values = headers[name];
    if (values === undefined) continue;
    const overhead = headerOverhead + Buffer.byteLength(name);
    if (Buffer.isBuffer(values)) size += overhead + values.length;
    else for (const value of values) size += overhead + value.length;
  }
  return size;
}

/** All values of a header, in order. */
export function valuesOf(value: Buffer | readonly Buffer[]): readonly Buffer[] {
  return Buffer.isBuffer(value) ? [value] : value;
}
