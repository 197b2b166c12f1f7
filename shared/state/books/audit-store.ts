import type { Pool } from "pg";
import { chunkName, chunkOffsets, type Stretch } from "#shared/domain/books/chunks.ts";
import { partitionName, type RecordPlace } from "#shared/domain/books/place.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { createHandledMarks, type HandledMarks } from "./handled-marks.ts";

const leaseAudit = sqlFile(import.meta.url, "./lease-audit.sql");
const floors = sqlFile(import.meta.url, "./floors.sql");
const advance = sqlFile(import.meta.url, "./advance.sql");
const chunksIn = sqlFile(import.meta.url, "./chunks-of.sql");
const insertRemainders = sqlFile(import.meta.url, "./insert-remainders.sql");
const settle = sqlFile(import.meta.url, "./settle.sql");
const forgetExpired = sqlFile(import.meta.url, "./forget-expired.sql");
const forgetPartition = sqlFile(import.meta.url, "./forget-partition.sql");
const foldBalance = sqlFile(import.meta.url, "./fold-balance.sql");
const dropEmpty = sqlFile(import.meta.url, "./drop-empty-balance.sql");
const endAudit = sqlFile(import.meta.url, "./end-audit.sql");
const byGroup = sqlFile(import.meta.url, "./remainder-by-group.sql");

/** A record that a group has committed, and that left no trace. */
export interface MissingRecord extends RecordPlace {
  readonly group: string;
  readonly id: string;
  readonly tenantId: string;
  readonly writtenAt: Instant;
}

/** How many records of a topic a group has left out. */
export interface GroupRemainder {
  readonly group: string;
  readonly topic: string;
  readonly records: number;
}

/** What the audit of the books knows and finds. Topics are without prefix. Every call may throw the retryable `POSTGRES_UNAVAILABLE`. */
export interface AuditStore extends HandledMarks {
  /** Whether `owner` may audit for so long, ms: nobody else may meanwhile. */
  lease(owner: string, ms: number): Promise<boolean>;
  /** Up to where each partition has been looked through, by `partitionName`. */
  floors(): Promise<ReadonlyMap<string, number>>;
  /** Raises floors; none goes back. */
  advance(floors: readonly RecordPlace[]): Promise<void>;
  /** The marks in these stretches by `chunkName`, a character an offset: `1` where it is marked. */
  marks(stretches: readonly Stretch[]): Promise<ReadonlyMap<string, string>>;
  /** Keeps missing records, each once. */
  miss(records: readonly MissingRecord[]): Promise<void>;
  /** Removes missing records that lie below these first offsets of their partitions: their topics no longer hold them. */
  forgetExpired(lows: readonly RecordPlace[]): Promise<void>;
  /** Forgets all of one partition, whose topic has been made again. */
  forget(partition: Pick<RecordPlace, "topic" | "partition">): Promise<void>;
  /** Ends a look: removes missing records that have been handled since and marks that say no more than the floor, and adds the books up. */
  settle(): Promise<void>;
  /** What is missing. */
  remainders(): Promise<readonly GroupRemainder[]>;
}

/** The store of the audit, in Postgres. */
export function createAuditStore(pool: Pool): AuditStore {
  const query = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> =>
    (await postgres(() => pool.query<Row>(text, [...values]))).rows;
  return {
    ...createHandledMarks(pool),
    lease: async (owner, ms) => (await query(leaseAudit, [owner, ms])).length > 0,
    floors: async () => {
      const rows = await query<{ topic: string; partition: number; floor: number }>(floors);
      return new Map(rows.map((row) => [partitionName(row), row.floor]));
    },
    advance: async (places) => {
      if (places.length > 0) await query(advance, placeColumns(places));
    },
    marks: async (stretches) => {
      if (stretches.length === 0) return new Map();
      const rows = await query<{ topic: string; partition: number; chunk: number; bits: string }>(chunksIn, [
        stretches.map(({ topic }) => topic),
        stretches.map(({ partition }) => partition),
        stretches.map(({ from }) => Math.floor(from / chunkOffsets)),
        stretches.map(({ to }) => Math.floor((to - 1) / chunkOffsets)),
      ]);
      return new Map(rows.map(({ bits, chunk, ...of }) => [chunkName(of, chunk), bits]));
    },
    miss: async (records) => {
      if (records.length === 0) return;
      await query(insertRemainders, [
        ...placeColumns(records),
        records.map(({ group }) => group),
        records.map(({ id }) => id),
        records.map(({ tenantId }) => tenantId),
        records.map(({ writtenAt }) => writtenAt),
      ]);
    },
    forgetExpired: async (lows) => {
      await query(forgetExpired, placeColumns(lows));
    },
    forget: async ({ topic, partition }) => {
      await query(forgetPartition, [topic, partition]);
    },
    settle: async () => {
      for (const statement of [settle, foldBalance, dropEmpty, endAudit]) await query(statement);
    },
    remainders: () => query<GroupRemainder>(byGroup),
  };
}

function placeColumns(places: readonly RecordPlace[]): readonly unknown[] {
  return [
    places.map(({ topic }) => topic),
    places.map(({ partition }) => partition),
    places.map(({ offset }) => offset),
  ];
}
