import { readFileSync } from "node:fs";
import pg from "pg";
import type { SecureFiles } from "../secure/secure-files.ts";

/** The login and the database of the local stack, also in `docker-compose.yml`. Loopback only: not a secret. */
export const postgresLogin = { user: "carillon", password: "carillon", database: "carillon" } as const;

/** What the native server and the one in Docker have in common; a test holds `docker-compose.yml` to it. */
export const postgresArguments = ["-cmax_connections=200", "-ctimezone=UTC"] as const;

export function postgresUrl(port: number, isSecure = false): string {
  const { user, password, database } = postgresLogin;
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}${isSecure ? "?sslmode=verify-full" : ""}`;
}

/** Whether a query is answered. */
export function postgresReady(port: number, timeoutMs: number, secure?: SecureFiles): Promise<boolean> {
  return query("select 1", { port, timeoutMs, secure }).then(
    () => true,
    () => false,
  );
}

/** Makes our database in a fresh cluster. */
export async function createDatabase(port: number, secure?: SecureFiles): Promise<void> {
  const { database } = postgresLogin;
  const at = { port, timeoutMs: 10_000, secure };
  const found = await query(`select 1 from pg_database where datname = '${database}'`, at);
  if (found === 0) await query(`create database ${database}`, at);
}

interface Server {
  readonly port: number;
  readonly timeoutMs: number;
  readonly secure: SecureFiles | undefined;
}

async function query(sql: string, { port, timeoutMs, secure }: Server): Promise<number> {
  const { user, password } = postgresLogin;
  const timeouts = { connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs };
  const ssl = secure === undefined ? {} : { ssl: { ca: readFileSync(secure.ca, "utf8") } };
  const client = new pg.Client({ host: "127.0.0.1", port, user, password, database: "postgres", ...ssl, ...timeouts });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query(sql)).rowCount ?? 0;
  } finally {
    await client.end().catch(() => {});
  }
}
