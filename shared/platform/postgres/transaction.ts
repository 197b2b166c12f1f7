import type { Pool, PoolClient } from "pg";
import { isLate } from "./postgres-error.ts";

/** Runs `work` in one transaction on one connection: committed when it resolves, rolled back when it rejects. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    await rollBack(client, error);
    throw error;
  }
}

/** A connection that cannot even roll back is thrown away, and one that does not answer is not asked to. */
async function rollBack(client: PoolClient, cause: unknown): Promise<void> {
  if (isLate(cause)) return client.release(true);
  try {
    await client.query("rollback");
    client.release();
  } catch {
    client.release(true);
  }
}
