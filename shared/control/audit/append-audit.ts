import type { Pool, PoolClient } from "pg";
import { canonicalJson } from "#shared/domain/json/canonical-json.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { sha256 } from "#shared/platform/crypto/digest.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { inTransaction } from "#shared/platform/postgres/transaction.ts";
import { type AuditRow, auditHash } from "./audit-row.ts";

const lockChain = sqlFile(import.meta.url, "./lock-audit-chain.sql");
const lastRow = sqlFile(import.meta.url, "./last-audit-row.sql");
const append = sqlFile(import.meta.url, "./append-audit.sql");

/** Plain data that people can read: no address, no content. Null where there was, or is, nothing. */
export type Snapshot = Readonly<Record<string, unknown>> | null;

/** One change by a person, for `comms_audit`. */
export interface AuditEntry extends Pick<AuditRow, "tenantId" | "actor" | "action" | "target" | "reason" | "at"> {
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/** Appends a row to the tenant's chain, in a transaction of its own. Rejects with the `AppError` of Postgres. */
export async function appendAudit(pool: Pool, entry: AuditEntry): Promise<void> {
  await postgres(() => inTransaction(pool, (client) => appendAuditWithin(client, entry)));
}

/** Holds a tenant's chain until the end of the transaction; a second call waits for nothing. */
export async function lockAuditChain(client: PoolClient, tenantId: string): Promise<void> {
  await client.query(lockChain, [tenantId]);
}

/**
 * The same inside a transaction of the caller's, so that a change in Postgres and its row stand or fall together. Each hash covers
 * its row and the hash before it, so that an edit or a removal shows.
 */
export async function appendAuditWithin(client: PoolClient, entry: AuditEntry): Promise<void> {
  const { before, after, at, tenantId, actor, action, target, reason } = entry;
  await lockAuditChain(client, tenantId);
  const { rows } = await client.query<{ hash: string; number: number }>(lastRow, [tenantId]);
  const { hash: previousHash, number: last } = rows[0] ?? { hash: null, number: 0 };
  const number = last + 1;
  const row: AuditRow = {
    auditId: deriveId("audit", tenantId, action, canonicalJson(target), at, number),
    tenantId,
    number,
    actor,
    action,
    target,
    reason,
    at,
    diff: diffOf(before, after),
    beforeHash: before === null ? null : sha256(canonicalJson(before)),
    afterHash: after === null ? null : sha256(canonicalJson(after)),
    previousHash,
  };
  await client.query(append, [...columnsOf(row), auditHash(row)]);
}

function columnsOf(row: AuditRow): readonly unknown[] {
  const { auditId, tenantId, number, actor, action, target, reason, at, diff } = row;
  const { beforeHash, afterHash, previousHash } = row;
  const texts = [JSON.stringify(target), reason, at, JSON.stringify(diff)];
  return [auditId, tenantId, number, actor, action, ...texts, beforeHash, afterHash, previousHash];
}

function diffOf(before: Snapshot, after: Snapshot): AuditRow["diff"] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const pairs = [...names].map((name) => [name, [before?.[name] ?? null, after?.[name] ?? null]] as const);
  return Object.fromEntries(pairs.filter(([, [one, other]]) => canonicalJson(one) !== canonicalJson(other)));
}
