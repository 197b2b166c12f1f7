import type { Pool } from "pg";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

const dayMs = 86_400_000;

/** How long rows stay, days. As long as decisions (decision 22), notes a shorter time: they lie in clear. */
export const retentionDays = { messages: 400, rejections: 400, notes: 180 } as const;

/** Rows that one statement deletes at most: a transaction that others wait for must be short. */
export const sweepRowsMax = 1_000;

const messages = sqlFile(import.meta.url, "./sweep-messages.sql");
const notes = sqlFile(import.meta.url, "./sweep-notes.sql");
const rejections = sqlFile(import.meta.url, "./sweep-rejections.sql");

/** The tables whose rows have an end. */
export interface Retention {
  /** Deletes one batch of each table; true while there may be more. Instances that sweep at once share the rows. */
  sweep(now: Instant): Promise<boolean>;
}

export function createRetention(pool: Pool): Retention {
  const before = (now: Instant, days: number) => new Date(now - days * dayMs);
  return {
    sweep: async (now) => {
      const batches: readonly (readonly [string, readonly unknown[]])[] = [
        [messages, [before(now, retentionDays.messages)]],
        [notes, [new Date(now), before(now, retentionDays.notes)]],
        [rejections, [before(now, retentionDays.rejections)]],
      ];
      let isFull = false;
      for (const [sql, values] of batches) {
        const { rowCount } = await postgres(() => pool.query(sql, [...values, sweepRowsMax]));
        isFull ||= rowCount === sweepRowsMax;
      }
      return isFull;
    },
  };
}
