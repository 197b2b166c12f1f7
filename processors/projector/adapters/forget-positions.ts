import type { Pool } from "pg";
import type { TopicName } from "#shared/contracts/topics.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

const forgetSuppressions = sqlFile(import.meta.url, "./forget-suppression-positions.sql");

/**
 * Forgets the positions by which the tables keep older records of a compacted topic out; a topic without such a table is
 * none of its business. The projector must not run meanwhile. Throws `POSTGRES_UNAVAILABLE` (retryable).
 */
export async function forgetPositions(pool: Pool, topic: TopicName): Promise<void> {
  if (topic === "comms.suppression") await postgres(() => pool.query(forgetSuppressions));
}
