import type { Pool } from "pg";
import type { CompactedTopic } from "#shared/contracts/topics.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

const leaseSql = sqlFile(import.meta.url, "./lease.sql");
const releaseSql = sqlFile(import.meta.url, "./release-lease.sql");
const waitingSql = sqlFile(import.meta.url, "./waiting-rows.sql");
const markSql = sqlFile(import.meta.url, "./mark-relayed.sql");
const reopenSql = sqlFile(import.meta.url, "./reopen-last.sql");
const sweepSql = sqlFile(import.meta.url, "./sweep-outbox.sql");

/** The name of the relay's lease. */
const leaseName = "outbox-relay";

/** A record on its way to its topic. */
export interface OutboxRow {
  /** A bigint as a text. */
  readonly seq: string;
  readonly tenantId: string;
  /** Without prefix. */
  readonly topic: CompactedTopic;
  readonly key: string;
  /** Encoded; null is a tombstone. */
  readonly value: Buffer | null;
  readonly createdAt: Instant;
}

/** The table as a relay uses it. Every call may throw the retryable `POSTGRES_UNAVAILABLE`. */
export interface OutboxTable {
  /** Whether the owner has the lease now, for so many ms from the call on. Two owners never have it at once. */
  lease(owner: string, ms: number): Promise<boolean>;
  release(owner: string): Promise<void>;
  /** The oldest rows that have not gone, in their order. */
  waiting(limit: number): Promise<readonly OutboxRow[]>;
  /** Notes that rows have gone, where the owner still has the lease. False where it has not: nothing is noted then. */
  markRelayed(rows: readonly OutboxRow[], owner: string): Promise<boolean>;
  /** Lets the last row of each key of these go once more. */
  reopenLast(rows: readonly OutboxRow[]): Promise<void>;
  /** Removes up to `limit` rows that went longer ago than `ms`; resolves with how many. */
  sweep(ms: number, limit: number): Promise<number>;
}

/** The table `comms_outbox` behind a pool. */
export function createOutboxTable(pool: Pool): OutboxTable {
  const run = (sql: string, values: unknown[]) => postgres(() => pool.query(sql, values), { deadlineMs: 5_000 });
  return {
    lease: async (owner, ms) => (await run(leaseSql, [leaseName, owner, ms])).rowCount === 1,
    release: async (owner) => void (await run(releaseSql, [leaseName, owner])),
    waiting: async (limit) => (await run(waitingSql, [limit])).rows as OutboxRow[],
    markRelayed: async (rows, owner) => (await run(markSql, [seqs(rows), leaseName, owner])).rowCount === rows.length,
    reopenLast: async (rows) => void (await run(reopenSql, [seqs(rows)])),
    sweep: async (ms, limit) => (await run(sweepSql, [ms, limit])).rowCount ?? 0,
  };
}

function seqs(rows: readonly OutboxRow[]): readonly string[] {
  return rows.map(({ seq }) => seq);
}
