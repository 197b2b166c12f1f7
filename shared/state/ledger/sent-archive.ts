import type { Pool } from "pg";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError, isRetryable } from "#shared/platform/errors/app-error.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

/** Which messages were sent, including those that the ledger has forgotten. */
export interface SentArchive {
  /** The messages among these that a provider took. May throw the retryable `AppError` `POSTGRES_UNAVAILABLE`. */
  wasSent(msgIds: readonly string[]): Promise<ReadonlySet<string>>;
}

const wasSent = sqlFile(import.meta.url, "./was-sent.sql");

/** What a batch waits for an answer: every send that the ledger does not know asks, critical ones too. ms. */
const answerMsMax = 1_000;
/** After no answer nobody asks for as long, ms: each batch would wait again. */
const restMs = 2_000;

/**
 * Reads `comms_message`, which the projector writes. It does not know what the projector has not written yet. A table that
 * does not answer within a second is not asked again for two.
 */
export function createSentArchive(pool: Pick<Pool, "query">, clock: Pick<Clock, "now">): SentArchive {
  let restsUntil = Number.NEGATIVE_INFINITY;
  return {
    wasSent: async (msgIds) => {
      if (msgIds.length === 0) return new Set();
      if (clock.now() < restsUntil) throw resting();
      try {
        const ask = () => pool.query<{ msg_id: string }>(wasSent, [msgIds]);
        const { rows } = await postgres(ask, { deadlineMs: answerMsMax });
        return new Set(rows.map(({ msg_id }) => msg_id));
      } catch (error) {
        if (isRetryable(error)) restsUntil = clock.now() + restMs;
        throw error;
      }
    },
  };
}

function resting(): AppError {
  return new AppError("POSTGRES_UNAVAILABLE", "Postgres did not answer a moment ago", { retryable: true });
}
