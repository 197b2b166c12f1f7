import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { Pool, PoolClient } from "pg";
import { AppError } from "../errors/app-error.ts";
import { inTransaction } from "./transaction.ts";

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const ledger = `create table if not exists comms_migration (
  name text primary key, checksum text not null, applied_at timestamptz not null default now())`;

/**
 * Brings the schema up to date and returns the names of the migrations that it applied, none the second time. Applies
 * all of them or none; a second process waits for the first. Throws `MIGRATION_CHANGED` (not retryable) if a file
 * that was applied before has been edited since: schema changes are additive, so write another file.
 */
export async function migrate(pool: Pool, folder: URL = new URL("./migrations/", import.meta.url)): Promise<string[]> {
  const migrations = await readMigrations(folder);
  return inTransaction(pool, async (client) => {
    await client.query("select pg_advisory_xact_lock(hashtext('comms_migration'))");
    await client.query(ledger);
    const missing = unapplied(migrations, await appliedBefore(client));
    for (const migration of missing) await apply(client, migration);
    return missing.map((migration) => migration.name);
  });
}

async function readMigrations(folder: URL): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(names.map((name) => readMigration(folder, name)));
}

async function readMigration(folder: URL, name: string): Promise<Migration> {
  const sql = await readFile(new URL(name, folder), "utf8");
  return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
}

async function appliedBefore(client: PoolClient): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string }>("select name, checksum from comms_migration");
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

function unapplied(migrations: readonly Migration[], applied: ReadonlyMap<string, string>): readonly Migration[] {
  const changed = migrations.find((each) => (applied.get(each.name) ?? each.checksum) !== each.checksum);
  if (changed === undefined) return migrations.filter((each) => !applied.has(each.name));
  throw new AppError("MIGRATION_CHANGED", `Migration ${changed.name} was edited after it was applied; add a new file`, {
    retryable: false,
  });
}

async function apply(client: PoolClient, migration: Migration): Promise<void> {
  await client.query(migration.sql);
  await client.query("insert into comms_migration (name, checksum) values ($1, $2)", [
    migration.name,
    migration.checksum,
  ]);
}
