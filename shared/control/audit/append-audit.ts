import { createHash } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { inTransaction } from "#shared/platform/postgres/transaction.ts";

const lockChain = sqlFile(import.meta.url, "./lock-audit-chain.sql");
const lastHash = sqlFile(import.meta.url, "./last-audit-hash.sql");
const append = sqlFile(import.meta.url, "./append-audit.sql");

/** One change by a person, for `comms_audit`. `target` and `diff` may hold no address and no content. */
export interface AuditEntry {
  readonly tenantId: string;
  readonly actor: string;
  /** What was done, `fuse.lift` for example. */
  readonly action: string;
  readonly target: Readonly<Record<string, string>>;
  readonly reason: string;
  /** The values before and after. */
  readonly diff: Readonly<Record<string, readonly [before: string, after: string]>>;
  readonly at: Instant;
}

/**
 * Appends a row to the tenant's chain: each hash covers the row and the hash before it, so that an edit or a removal
 * shows. Rejects with the `AppError` of Postgres.
 */
export async function appendAudit(pool: Pool, entry: AuditEntry): Promise<void> {
  await postgres(() => inTransaction(pool, (client) => appendAuditWithin(client, entry)));
}

/** The same inside a transaction of the caller's, so that a change in Postgres and its row stand or fall together. */
export async function appendAuditWithin(client: PoolClient, entry: AuditEntry): Promise<void> {
  const { tenantId, actor, action, target, reason, diff, at } = entry;
  await client.query(lockChain, [tenantId]);
  const { rows } = await client.query<{ hash: string }>(lastHash, [tenantId]);
  const previous = rows[0]?.hash ?? null;
  const id = deriveId("audit", tenantId, action, JSON.stringify(target), at);
  const row = [id, tenantId, actor, action, JSON.stringify(target), reason, new Date(at), JSON.stringify(diff)];
  await client.query(append, [...row, previous, hashOf([previous, ...row])]);
}

/** JSON of a list is unambiguous, whatever its parts hold. */
function hashOf(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
