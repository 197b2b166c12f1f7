import type { Pool } from "pg";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

/** Which messages were sent, including those that the ledger has forgotten. */
export interface SentArchive {
  /** The messages among these that a provider took. May throw the retryable `AppError` `POSTGRES_UNAVAILABLE`. */
  wasSent(msgIds: readonly string[]): Promise<ReadonlySet<string>>;
}

const wasSent = sqlFile(import.meta.url, "./was-sent.sql");

/** Reads `comms_message`, which the projector writes. It does not know what the projector has not written yet. */
export function createSentArchive(pool: Pool): SentArchive {
  return {
    wasSent: async (msgIds) => {
      if (msgIds.length === 0) return new Set();
      const { rows } = await postgres(() => pool.query<{ msg_id: string }>(wasSent, [msgIds]));
      return new Set(rows.map(({ msg_id }) => msg_id));
    },
  };
}
