import pg from "pg";

/** The login and the database of the local stack, also in `docker-compose.yml`. Loopback only: not a secret. */
export const postgresLogin = { user: "carillon", password: "carillon", database: "carillon" } as const;

/** What the native server and the one in Docker have in common; a test holds `docker-compose.yml` to it. */
export const postgresArguments = ["-cmax_connections=200", "-ctimezone=UTC"] as const;

export function postgresUrl(port: number): string {
  const { user, password, database } = postgresLogin;
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
}

/** Whether a query is answered. */
export function postgresReady(port: number, timeoutMs: number): Promise<boolean> {
  return query(port, "select 1", timeoutMs).then(
    () => true,
    () => false,
  );
}

/** Makes our database in a fresh cluster. */
export async function createDatabase(port: number): Promise<void> {
  const { database } = postgresLogin;
  const found = await query(port, `select 1 from pg_database where datname = '${database}'`);
  if (found === 0) await query(port, `create database ${database}`);
}

async function query(port: number, sql: string, timeoutMs = 10_000): Promise<number> {
  const { user, password } = postgresLogin;
  const timeouts = { connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs };
  const client = new pg.Client({ host: "127.0.0.1", port, user, password, database: "postgres", ...timeouts });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query(sql)).rowCount ?? 0;
  } finally {
    await client.end().catch(() => {});
  }
}
