import type { Pool } from "pg";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

const beginSql = sqlFile(import.meta.url, "./idempotency-begin.sql");
const finishSql = sqlFile(import.meta.url, "./idempotency-finish.sql");
const releaseSql = sqlFile(import.meta.url, "./idempotency-release.sql");
const sweepSql = sqlFile(import.meta.url, "./idempotency-sweep.sql");

export interface KeyedRequest {
  readonly tenantId: string;
  readonly key: string;
  /** Hash of everything that makes the request the same request. */
  readonly requestHash: string;
}

export interface StoredResponse {
  readonly status: number;
  readonly body: object;
}

export type IdempotencyClaim =
  /** The caller owns the key and must finish or release it, naming this instant. */
  | { readonly kind: "claimed"; readonly at: Instant }
  | { readonly kind: "in flight" }
  | { readonly kind: "mismatch" }
  | { readonly kind: "answered"; readonly answer: StoredResponse };

/** Stored answers by `Idempotency-Key` (KV-07). Every call may throw the retryable `POSTGRES_UNAVAILABLE`. */
export interface Idempotency {
  begin(request: KeyedRequest, now: Instant): Promise<IdempotencyClaim>;
  finish(request: KeyedRequest, at: Instant, answer: StoredResponse): Promise<void>;
  /** Releases a key without an answer, so that the next request does the work. */
  release(request: KeyedRequest, at: Instant): Promise<void>;
  /** Deletes one batch of keys that have expired; true while there may be more. */
  sweep(now: Instant): Promise<boolean>;
}

/** How long an answer is kept, ms. */
const keptMs = 24 * 3_600_000;
/** Keys that one statement deletes at most: requests wait for the rows. */
const sweepRowsMax = 2_000;
/**
 * A request that has not ended after this time died with its process, ms. No request may take as long. The clock is the gateway's:
 * one that is ahead by as much does a request again that is under way elsewhere, which gives the same ids and so one event.
 */
const abandonedMs = 30_000;

/** A caller waits no longer for the table of keys; what began late is taken for abandoned later. */
const inTime = { deadlineMs: 3_000 };

interface Row {
  readonly claimed: boolean;
  readonly request_hash: string;
  readonly answer_status: number | null;
  readonly answer: object | null;
}

export function createIdempotency(pool: Pool): Idempotency {
  return {
    begin: async ({ tenantId, key, requestHash }, now) => {
      const times = [now, now + keptMs, now - abandonedMs].map((at) => new Date(at));
      const { rows } = await postgres(() => pool.query<Row>(beginSql, [tenantId, key, requestHash, ...times]), inTime);
      return claimOf(rows[0], requestHash, now);
    },
    finish: async ({ tenantId, key }, at, { status, body }) => {
      const values = [tenantId, key, new Date(at), status, JSON.stringify(body)];
      await postgres(() => pool.query(finishSql, values), inTime);
    },
    release: async ({ tenantId, key }, at) => {
      await postgres(() => pool.query(releaseSql, [tenantId, key, new Date(at)]), inTime);
    },
    sweep: async (now) => {
      const { rowCount } = await postgres(() => pool.query(sweepSql, [new Date(now), sweepRowsMax]));
      return rowCount === sweepRowsMax;
    },
  };
}

/** No row means that another request took the key while the statement ran and is in flight. */
function claimOf(row: Row | undefined, requestHash: string, now: Instant): IdempotencyClaim {
  if (row === undefined) return { kind: "in flight" };
  if (row.claimed) return { kind: "claimed", at: now };
  if (row.request_hash !== requestHash) return { kind: "mismatch" };
  if (row.answer_status === null || row.answer === null) return { kind: "in flight" };
  return { kind: "answered", answer: { status: row.answer_status, body: row.answer } };
}
