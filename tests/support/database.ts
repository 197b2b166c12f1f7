import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { migrate } from "#shared/platform/postgres/migrate.ts";
import { createPool } from "#shared/platform/postgres/pool.ts";
import { addresses } from "./addresses.ts";

export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  drop(): Promise<void>;
}

/** A database of its own on the stack's Postgres, with every migration applied unless `empty`. Drop it when done. */
export async function createDatabase(options: { readonly empty?: boolean } = {}): Promise<TestDatabase> {
  const server = addresses().postgres.url;
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(server, `create database ${name}`);
  const url = withDatabase(server, name);
  const pool = createPool(url, { max: 4 });
  if (!options.empty) await migrate(pool);
  return { url, pool, drop: () => drop(pool, server, name) };
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function drop(pool: Pool, server: string, name: string): Promise<void> {
  await pool.end();
  await onServer(server, `drop database if exists ${name} with (force)`);
}

async function onServer(server: string, sql: string): Promise<void> {
  const pool = createPool(server, { max: 1 });
  await pool.query(sql);
  await pool.end();
}
