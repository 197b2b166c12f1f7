import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { addresses } from "#tests/support/addresses.ts";

/** A server process tells what it counted when it has been idle for so long at the latest, ms: ten seconds, and some. */
export const flushMs = 11_000;

/** Transactions that a database has committed, as far as its server processes have told; asked from another database. */
export async function commitsOf(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: addresses().postgres.url });
  await client.connect();
  try {
    const name = new URL(databaseUrl).pathname.slice(1);
    const { rows } = await client.query<{ commits: string }>(
      "select xact_commit as commits from pg_stat_database where datname = $1",
      [name],
    );
    return Number(rows[0]?.commits);
  } finally {
    await client.end();
  }
}

/** The commits once every server process has told all of its own; those of timers that run meanwhile are in it. */
export async function settledCommits(databaseUrl: string): Promise<number> {
  await sleep(flushMs);
  return commitsOf(databaseUrl);
}
