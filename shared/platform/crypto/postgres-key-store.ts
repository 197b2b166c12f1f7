import { type KeyObject, randomBytes } from "node:crypto";
import type { Instant } from "#shared/domain/time/instant.ts";
import { createBoundedCache } from "../cache/bounded-cache.ts";
import type { Clock } from "../clock/clock.ts";
import { postgres } from "../postgres/pool.ts";
import { sqlFile } from "../postgres/sql-file.ts";
import { keyDestroyed } from "./destroyed.ts";
import { sealingKey } from "./envelope.ts";
import type { KeyStore } from "./key-store.ts";
import { type KeyWrapper, keyContext } from "./master-key.ts";

/** The part of a `pg` pool or client that the store uses. */
export interface Queryable {
  query(sql: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/** The parts of the key store. A key is wrapped in Postgres, and plain in memory. */
export interface PostgresKeyStoreOptions {
  readonly database: Queryable;
  readonly wrapper: KeyWrapper;
  readonly clock: Pick<Clock, "now">;
  /** Keys kept in memory at most. Default 10,000, some 2 MB. */
  readonly cachedMax?: number;
  /** How long a key is kept in memory, ms. Another process may read for that long after an erasure. Default a minute. */
  readonly cachedMs?: number;
}

/** One key a person, made at the first request. */
export interface PostgresKeyStore extends KeyStore {
  /** Destroys the person's key for good; idempotent. Throws the retryable `POSTGRES_UNAVAILABLE`. */
  destroy(tenantId: string, userId: string): Promise<void>;
}

/** What a message waits for a key: it holds its place among others meanwhile. Finding and making one may be repeated. */
const inTime = { deadlineMs: 2_000 };

const find = sqlFile(import.meta.url, "./user-key-find.sql");
const create = sqlFile(import.meta.url, "./user-key-create.sql");
const destroy = sqlFile(import.meta.url, "./user-key-destroy.sql");

/** Keys in `comms_user_key`, wrapped by a master key. If two processes make a person's key at once, both use the first. */
export function createPostgresKeyStore(options: PostgresKeyStoreOptions): PostgresKeyStore {
  const { database, wrapper, clock, cachedMs = 60_000 } = options;
  const cached = createBoundedCache<string, { readonly key: Promise<KeyObject>; readonly until: Instant }>(
    options.cachedMax ?? 10_000,
  );

  async function wrappedKey(person: readonly [string, string]): Promise<Buffer | null | undefined> {
    const { rows } = await postgres(() => database.query(find, person), inTime);
    return rows[0] === undefined ? undefined : (rows[0]["wrapped_key"] as Buffer | null);
  }

  async function findOrCreate(person: readonly [string, string]): Promise<KeyObject> {
    const context = keyContext(...person);
    let wrapped = await wrappedKey(person);
    if (wrapped === undefined) {
      const fresh = wrapper.wrap(randomBytes(32), context);
      await postgres(() => database.query(create, [...person, fresh]), inTime);
      wrapped = await wrappedKey(person);
    }
    if (!wrapped) throw keyDestroyed();
    return sealingKey(wrapper.unwrap(wrapped, context));
  }

  return {
    keyOf: (tenantId, userId) => {
      const place = JSON.stringify([tenantId, userId]);
      const known = cached.get(place);
      if (known && known.until > clock.now()) return known.key;
      const key = findOrCreate([tenantId, userId]);
      const entry = { key, until: clock.now() + cachedMs };
      cached.set(place, entry);
      const forget = () => {
        if (cached.get(place) === entry) cached.delete(place);
      };
      key.catch(forget);
      // A person who is erased is never asked for again, so nothing else would take their key out of memory.
      setTimeout(forget, cachedMs).unref();
      return key;
    },
    destroy: async (tenantId, userId) => {
      await postgres(() => database.query(destroy, [tenantId, userId]));
      cached.delete(JSON.stringify([tenantId, userId]));
    },
  };
}
