import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { Pool } from "pg";
import type { Addresses } from "#shared/config/addresses.ts";
import { migrate } from "#shared/postgres/migrate.ts";
import { createPool } from "#shared/postgres/pool.ts";

export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  drop(): Promise<void>;
}

/** Where the running stack stands, or undefined where none runs. */
export function stackAddresses(): Addresses | undefined {
  const file = new URL("../../.carillon/stack.json", import.meta.url);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Addresses) : undefined;
}

/** A database of its own on the stack's Postgres, with every migration applied unless `empty`. Drop it when done. */
export async function createDatabase(options: { readonly empty?: boolean } = {}): Promise<TestDatabase> {
  const server = postgresUrl();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(server, `create database ${name}`);
  const url = withDatabase(server, name);
  const pool = createPool(url, { max: 4 });
  if (!options.empty) await migrate(pool);
  return { url, pool, drop: () => drop(pool, server, name) };
}

function postgresUrl(): string {
  const addresses = stackAddresses();
  if (addresses === undefined) throw new Error("No stack runs: there is no .carillon/stack.json; run `make up`");
  return addresses.postgres.url;
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
