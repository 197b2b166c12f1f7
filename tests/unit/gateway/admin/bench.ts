import type { FastifyInstance } from "fastify";
import type { Pool } from "pg";
import { createAuthenticator } from "#gateway/access/authenticate.ts";
import { createKeyCache } from "#gateway/access/key-cache.ts";
import { createKeyRates } from "#gateway/access/key-rates.ts";
import { createLastUse } from "#gateway/access/last-use.ts";
import { createWrongKeys } from "#gateway/access/wrong-keys.ts";
import { tenantHeader } from "#gateway/admin/access/require-roles.ts";
import { adminRoutes } from "#gateway/admin/routes.ts";
import { defaultLimits } from "#gateway/http/limits.ts";
import { createServer } from "#gateway/http/server.ts";
import { createAddressHasher } from "#shared/platform/crypto/address-hash.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import { createTelemetry } from "#shared/platform/telemetry/telemetry.ts";
import { createManualClock, type ManualClock } from "#tests/support/manual-clock.ts";
import { createMemoryIdempotency } from "../bench.ts";
import {
  createMemoryBuckets,
  createMemoryKeys,
  type MemoryKeys,
  peppers,
  sharedThrough,
  type TestKey,
} from "../keys.ts";

/** A statement that the routes have sent. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** The rows of a statement; by default none. */
export type AnswerStatement = (statement: Statement) => readonly object[];

export interface AdminBench {
  readonly app: FastifyInstance;
  readonly clock: ManualClock;
  readonly keys: MemoryKeys;
  readonly metrics: Metrics;
  /** What was asked of Postgres, in order. */
  readonly statements: Statement[];
  readonly routes: readonly { readonly method: string; readonly url: string }[];
  /** The headers of a request with a key, for a tenant if one is named. */
  readonly headers: (key: TestKey | undefined, tenant?: string) => Record<string, string>;
}

interface BenchOptions {
  readonly keys?: readonly TestKey[];
  readonly answer?: AnswerStatement;
  readonly logFile?: string;
}

/** The admin API on tables in memory that answer each statement alike. */
export function createAdminBench({ keys = [], answer = () => [], logFile }: BenchOptions = {}): AdminBench {
  const clock = createManualClock();
  const telemetry = createTelemetry({ level: logFile ? "info" : "silent", file: logFile, version: "test" });
  const limits = { ...defaultLimits, clientRate: 1_000_000 };
  const app = createServer({ stage: "admin", telemetry, clock, isSecure: false, limits });
  const routes: { readonly method: string; readonly url: string }[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
  const table = createMemoryKeys(...keys);
  const statements: Statement[] = [];
  const pool = createMemoryPool(statements, answer);
  const buckets = sharedThrough(createMemoryBuckets(clock), clock);
  const cache = createKeyCache({ table, clock });
  adminRoutes(app, {
    access: {
      authenticate: createAuthenticator({
        cache,
        peppers,
        clock,
        wrongKeys: createWrongKeys({ buckets, clock, pepper: "p", onBlocked: () => {} }),
      }),
      lastUse: createLastUse({ table, clock }),
      metrics: telemetry.metrics,
      rates: createKeyRates({ buckets, clock, keyRate: 1_000_000 }),
    },
    pool,
    keys: { pool, peppers },
    clients: { pool, codec: { encode: () => Buffer.from("encoded") }, clock },
    queues: { log: emptyLog, pool, prefix: "" },
    hasher: createAddressHasher({ current: "p1", peppers: { p1: "a pepper of sixteen" } }),
    idempotency: createMemoryIdempotency(),
    version: "1.2.3",
  });
  return {
    app,
    clock,
    keys: table,
    metrics: telemetry.metrics,
    statements,
    routes,
    headers: (key, tenant) => ({
      ...(key === undefined ? {} : { authorization: `Bearer ${key.text}` }),
      ...(tenant === undefined ? {} : { [tenantHeader]: tenant }),
    }),
  };
}

const emptyLog = {
  offsets: async () => [],
  committed: async () => [],
  timestamps: async () => [],
  groups: async () => new Map(),
};

/** A pool and its connections, which answer each statement by the same function. */
function createMemoryPool(statements: Statement[], answer: AnswerStatement): Pool {
  const query = async (sql: string, values: readonly unknown[] = []) => {
    statements.push({ sql, values });
    const rows = answer({ sql, values });
    return { rows, rowCount: rows.length };
  };
  const client = { query, release: () => {}, on: () => {}, off: () => {}, removeListener: () => {} };
  return { query, connect: async () => client } as unknown as Pool;
}
