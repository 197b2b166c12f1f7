import type { Pool, PoolClient } from "pg";
import { keyEnd, overlapEnd } from "#shared/domain/access/api-key.ts";
import type { Role } from "#shared/domain/access/role.ts";
import type { Scope } from "#shared/domain/access/scope.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import {
  type ApiKeyPeppers,
  type DrawnApiKey,
  drawApiKey,
  hashApiKey,
} from "#shared/platform/crypto/api-key-secret.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { inTransaction } from "#shared/platform/postgres/transaction.ts";
import { appendAuditWithin } from "../audit/append-audit.ts";

const insertKey = sqlFile(import.meta.url, "./insert-key.sql");
const lockKeys = sqlFile(import.meta.url, "./lock-keys.sql");
const hasUsableKey = sqlFile(import.meta.url, "./has-usable-key.sql");
const lockKey = sqlFile(import.meta.url, "./lock-key.sql");
const revokeKey = sqlFile(import.meta.url, "./revoke-key.sql");
const replaceKey = sqlFile(import.meta.url, "./replace-key.sql");
const listKeys = sqlFile(import.meta.url, "./list-keys.sql");

/** Where keys are kept, and what they are hashed with. */
export interface ApiKeyTable {
  readonly pool: Pool;
  readonly peppers: ApiKeyPeppers;
}

/** Who changes something about a key, why, and when. */
export interface ApiKeyChange {
  readonly actor: string;
  readonly reason: string;
  readonly now: Instant;
  /** The tenant whose keys may be changed: one of another is unknown. Left out: of any. */
  readonly tenantId?: string | undefined;
}

/** What a new key is for. */
export interface ApiKeyGrant {
  readonly tenantId: string;
  /** What people call it: the service that has it. Two keys may have one name. */
  readonly name: string;
  /** Empty for a key with a role. */
  readonly scopes: readonly Scope[];
  /** What it may do in the admin API; null or left out: it is a producer's. */
  readonly role?: Role | null;
  /** Events a second; null leaves it to the gateway. */
  readonly ratePerSecond: number | null;
  /** Null: it does not expire. */
  readonly expiresAt: Instant | null;
}

/** A key as people see it. */
export interface ListedApiKey extends Omit<ApiKeyGrant, "scopes" | "role"> {
  readonly keyId: string;
  readonly scopes: readonly string[];
  readonly role: string | null;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly revokedAt: Instant | null;
  /** Up to a minute old. */
  readonly lastUsedAt: Instant | null;
  readonly replacedBy: string | null;
}

/** Why nothing was changed: there is no such key, or it has ended already. */
export type ApiKeyRefusal = "unknown" | "revoked" | "expired";

interface LockedKey extends Omit<ApiKeyGrant, "scopes"> {
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

/**
 * Makes a key, with its row in the audit: both or neither. The text comes back this once. Rejects with the `AppError` of
 * Postgres, as the others here do.
 */
export async function createApiKey(table: ApiKeyTable, grant: ApiKeyGrant, change: ApiKeyChange): Promise<DrawnApiKey> {
  return changeKeys(table, (client) => insert(client, { table, grant, change, action: "key.create" }));
}

/**
 * Makes the first key of its kind: a producer's, or one with a role. Undefined where there is one of the kind already that may be
 * used, of any tenant: nothing is changed then.
 */
export async function bootstrapApiKey(
  table: ApiKeyTable,
  grant: ApiKeyGrant,
  change: ApiKeyChange,
): Promise<DrawnApiKey | undefined> {
  return changeKeys(table, async (client) => {
    await client.query(lockKeys);
    const { rows } = await client.query<{ usable: boolean }>(hasUsableKey, [new Date(change.now), grant.role != null]);
    if (rows[0]?.usable) return undefined;
    return insert(client, { table, grant, change, action: "key.bootstrap" });
  });
}

/** Ends a key for good; gateways refuse it within a second. Its row stays, so that it is not made again. */
export async function revokeApiKey(
  table: ApiKeyTable,
  keyId: string,
  change: ApiKeyChange,
): Promise<ApiKeyRefusal | undefined> {
  return changeKeys(table, async (client) => {
    const key = await locked(client, keyId, change);
    if (key === undefined) return "unknown";
    if (key.revokedAt !== null) return "revoked";
    await client.query(revokeKey, [keyId, new Date(change.now)]);
    await audit(client, { tenantId: key.tenantId, keyId, action: "key.revoke", change, diff: ["usable", "revoked"] });
    return undefined;
  });
}

/** What a rotation gave: the new key, and until when the old one is taken beside it. */
export interface ApiKeyRotation {
  readonly drawn: DrawnApiKey;
  readonly oldUntil: Instant;
}

/**
 * Makes a key that may do what the old one may, for as long as that one was made for, and lets the old one end after the
 * overlap. An overlap of 0 ends it at once.
 */
export async function rotateApiKey(
  table: ApiKeyTable,
  { keyId, overlapMs }: { readonly keyId: string; readonly overlapMs: number },
  change: ApiKeyChange,
): Promise<ApiKeyRotation | ApiKeyRefusal> {
  return changeKeys(table, async (client) => {
    const old = await locked(client, keyId, change);
    const end = old === undefined ? "unknown" : keyEnd(old, change.now);
    if (old === undefined || end !== undefined) return end ?? "unknown";
    const lifeMs = old.expiresAt === null ? null : old.expiresAt - old.createdAt;
    const grant = { ...old, expiresAt: lifeMs === null ? null : change.now + lifeMs };
    const drawn = await insert(client, { table, grant, change, action: "key.create" });
    const oldUntil = overlapEnd(old.expiresAt, overlapMs, change.now);
    await client.query(replaceKey, [keyId, new Date(oldUntil), drawn.keyId]);
    const diff = [untilText(old.expiresAt), untilText(oldUntil)] as const;
    await audit(client, { tenantId: old.tenantId, keyId, action: "key.rotate", change, diff });
    return { drawn, oldUntil };
  });
}

/** All keys of one tenant, or of all where none is given; the hashes stay where they are. */
export async function listApiKeys(pool: Pool, tenantId?: string): Promise<readonly ListedApiKey[]> {
  const { rows } = await postgres(() => pool.query<ListedApiKey>(listKeys, [tenantId ?? null]));
  return rows;
}

function changeKeys<T>({ pool }: ApiKeyTable, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return postgres(() => inTransaction(pool, work));
}

async function locked(client: PoolClient, keyId: string, { tenantId }: ApiKeyChange): Promise<LockedKey | undefined> {
  const { rows } = await client.query<LockedKey>(lockKey, [keyId, tenantId ?? null]);
  return rows[0];
}

interface Insertion {
  readonly table: ApiKeyTable;
  readonly grant: ApiKeyGrant;
  readonly change: ApiKeyChange;
  readonly action: string;
}

async function insert(client: PoolClient, { table, grant, change, action }: Insertion): Promise<DrawnApiKey> {
  const { tenantId, name, scopes, role, ratePerSecond, expiresAt } = grant;
  const drawn = drawApiKey();
  const hash = hashApiKey(drawn.text, table.peppers);
  const times = [new Date(change.now), change.actor, expiresAt === null ? null : new Date(expiresAt)];
  await client.query(insertKey, [drawn.keyId, tenantId, name, hash, scopes, role ?? null, ratePerSecond, ...times]);
  const diff = ["none", `${role ?? scopes.join(",")} until ${untilText(expiresAt)}`] as const;
  await audit(client, { tenantId, keyId: drawn.keyId, action, change, diff });
  return drawn;
}

interface AuditedChange {
  readonly tenantId: string;
  readonly keyId: string;
  readonly action: string;
  readonly change: ApiKeyChange;
  readonly diff: readonly [before: string, after: string];
}

function audit(client: PoolClient, { tenantId, keyId, action, change, diff }: AuditedChange): Promise<void> {
  const { actor, reason, now: at } = change;
  return appendAuditWithin(client, {
    tenantId,
    actor,
    action,
    target: { key: keyId },
    reason,
    before: { key: diff[0] },
    after: { key: diff[1] },
    at,
  });
}

function untilText(at: Instant | null): string {
  return at === null ? "no end" : new Date(at).toISOString();
}
