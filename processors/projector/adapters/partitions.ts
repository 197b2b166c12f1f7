import type { Pool } from "pg";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";

/** Decision 22. */
const keepDays = 400;

const dayMs = 86_400_000;

/** The monthly partitions of `comms_decision`. */
export interface Partitions {
  /** Creates those that the instants need. Calls Postgres only for months that are new to this process. */
  ensure(instants: readonly Instant[]): Promise<void>;
  /** Creates those of this month and the next two, drops those older than 400 days, and returns the names of both. */
  turnOver(now: Instant): Promise<{ readonly created: readonly string[]; readonly dropped: readonly string[] }>;
}

export function createPartitions(pool: Pool): Partitions {
  const known = new Set<string>();

  const create = async (from: Instant, to: Instant): Promise<readonly string[]> => {
    const sql = "select name from comms_ensure_decision_partitions($1, $2) as name";
    const { rows } = await postgres(() => pool.query<{ name: string }>(sql, [new Date(from), new Date(to)]));
    return rows.map((row) => row.name);
  };

  const drop = async (now: Instant): Promise<readonly string[]> => {
    const sql = "select name from comms_drop_decision_partitions($1, $2) as name";
    const { rows } = await postgres(() => pool.query<{ name: string }>(sql, [new Date(now), keepDays]));
    return rows.map((row) => row.name);
  };

  return {
    ensure: async (instants) => {
      const missing = new Map(
        instants.map((at) => [monthOf(at), at]).filter(([month]) => !known.has(month as string)) as [string, Instant][],
      );
      for (const [month, at] of missing) {
        await create(at, at);
        known.add(month);
      }
    },
    turnOver: async (now) => {
      const created = await create(now, now + 62 * dayMs);
      const dropped = await drop(now);
      if (dropped.length > 0) known.clear();
      return { created, dropped };
    },
  };
}

/** The month of an instant in UTC, `2026-01`. */
function monthOf(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 7);
}
