import type { Pool, PoolClient } from "pg";
import type { ApiKeyRecord } from "#shared/domain/access/api-key.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

const findSql = sqlFile(import.meta.url, "./find-key.sql");
const changedSql = sqlFile(import.meta.url, "./changed-keys.sql");
const usesSql = sqlFile(import.meta.url, "./note-uses.sql");

/** A request waits no longer for the table than this, ms. */
const findMsMax = 2_000;
/** An answer that takes longer tells nothing about now, ms. */
const changedMsMax = 500;

/** The table of keys. Every call may throw the retryable `POSTGRES_UNAVAILABLE`. */
export interface KeyTable {
  find(keyId: string): Promise<ApiKeyRecord | undefined>;
  /** Writes when keys were last used, by id. */
  noteUses(uses: ReadonlyMap<string, Instant>): Promise<void>;
}

export function createKeyTable(pool: Pool): KeyTable {
  return {
    find: async (keyId) => {
      const { rows } = await postgres(() => pool.query<ApiKeyRecord>(findSql, [keyId]), { deadlineMs: findMsMax });
      return rows[0];
    },
    noteUses: async (uses) => {
      await postgres(() => pool.query(usesSql, [[...uses.keys()], [...uses.values()]]));
    },
  };
}

/** A connection that is told of changed keys. One that is lost says so at the next `changed`. */
export interface KeySubscription {
  /** The keys that have changed of late, as they are now. */
  changed(): Promise<readonly ApiKeyRecord[]>;
  close(): void;
}

/** Listens on a connection that the pool gives up for it. `onChange` gets the id of a key that has just changed or gone. */
export async function subscribeToKeys(pool: Pool, onChange: (keyId: string) => void): Promise<KeySubscription> {
  const client = await postgres(() => pool.connect());
  // A connection that dies while nothing is asked would end the process without a listener.
  client.on("error", () => {});
  client.on("notification", ({ payload }) => onChange(payload ?? ""));
  const subscription = {
    changed: async () => (await ask<ApiKeyRecord>(client, changedSql)).rows,
    close: () => client.release(true),
  };
  try {
    await ask(client, "listen comms_api_key");
    return subscription;
  } catch (error) {
    subscription.close();
    throw error;
  }
}

function ask<Row extends object>(client: PoolClient, sql: string) {
  return postgres(() => client.query<Row>(sql), { deadlineMs: changedMsMax });
}
