import { readFileSync } from "node:fs";
import type { Pool } from "pg";
import { postgres } from "#shared/platform/postgres/pool.ts";

/** What was sent, also what was sent longer ago than the ledger remembers. */
export interface SentArchive {
  /** Those of the messages that a provider took. May throw the retryable `Trouble` `POSTGRES_UNAVAILABLE`. */
  wasSent(msgIds: readonly string[]): Promise<ReadonlySet<string>>;
}

const wasSent = readFileSync(new URL("./was-sent.sql", import.meta.url), "utf8");

/** By `comms_message`, which the projector keeps; what it has not yet written is not there. */
export function createSentArchive(pool: Pool): SentArchive {
  return {
    wasSent: async (msgIds) => {
      if (msgIds.length === 0) return new Set();
      const { rows } = await postgres(() => pool.query<{ msg_id: string }>(wasSent, [msgIds]));
      return new Set(rows.map(({ msg_id }) => msg_id));
    },
  };
}
