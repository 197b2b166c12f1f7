import type { Pool } from "pg";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import type { AuditRow } from "./audit-row.ts";

const readSql = sqlFile(import.meta.url, "./read-chain.sql");
const headsSql = sqlFile(import.meta.url, "./chain-heads.sql");
const pageRows = 1_000;

/** A row as it is stored. `number` is null in rows of releases that did not count. */
export interface StoredAuditRow extends Omit<AuditRow, "number"> {
  /** A bigint as a text: the order of the rows. */
  readonly seq: string;
  readonly number: number | null;
  readonly hash: string;
}

/** The last row of a chain, as it stood at a time. */
export interface ChainHead {
  readonly tenantId: string;
  readonly number: number;
  readonly hash: string;
}

/** All rows of a tenant's chain, the oldest first, read page by page. Rejects with the `AppError` of Postgres. */
export async function* readChain(pool: Pool, tenantId: string): AsyncGenerator<StoredAuditRow> {
  for (let after = "-1"; ; ) {
    const { rows } = await postgres(() => pool.query<StoredAuditRow>(readSql, [tenantId, after, pageRows]));
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    after = last.seq;
  }
}

/** The last row of each chain. Rejects with the `AppError` of Postgres. */
export async function readChainHeads(pool: Pool): Promise<readonly ChainHead[]> {
  const { rows } = await postgres(() => pool.query<ChainHead>(headsSql));
  return rows;
}
