import type { Pool } from "pg";
import { type Balance, balance, type RemainderCount, type StatusCount } from "#shared/domain/books/balance.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import type { MissingRecord } from "./audit-store.ts";

const countStatuses = sqlFile(import.meta.url, "./count-statuses.sql");
const countRemainders = sqlFile(import.meta.url, "./count-remainders.sql");
const byGroup = sqlFile(import.meta.url, "./remainder-by-group.sql");
const remainders = sqlFile(import.meta.url, "./remainders.sql");
const lastAudit = sqlFile(import.meta.url, "./last-audit.sql");

/** Lines of statuses that are read at most. */
const linesMax = 5_000;
/** Missing records that are named at most. */
export const namedMax = 100;

/** What the books say. */
export interface Books {
  /** By hour and tenant, since the instant asked for. */
  readonly balances: readonly Balance[];
  /** How many records are missing, whenever they were written. */
  readonly remainder: number;
  /** The latest found of them, `namedMax` at most. */
  readonly missing: readonly (MissingRecord & { readonly foundAt: Instant })[];
  /** When the books were last looked through; null for never. */
  readonly auditedAt: Instant | null;
}

/** Reads the books since an instant. Throws the retryable `POSTGRES_UNAVAILABLE`. */
export async function readBooks(pool: Pool, since: Instant): Promise<Books> {
  const query = async <Row extends object>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]> =>
    (await postgres(() => pool.query<Row>(text, [...values]))).rows;
  const hour = new Date(Math.floor(since / 3_600_000) * 3_600_000);
  const counts = await query<StatusCount>(countStatuses, hour, linesMax);
  const missingByHour = await query<RemainderCount>(countRemainders, hour);
  const groups = await query<{ readonly records: number }>(byGroup);
  const missing = await query<Books["missing"][number]>(remainders, namedMax);
  const [audit] = await query<{ readonly auditedAt: Instant | null }>(lastAudit);
  return {
    balances: balance(counts, missingByHour),
    remainder: groups.reduce((sum, { records }) => sum + records, 0),
    missing,
    auditedAt: audit?.auditedAt ?? null,
  };
}
