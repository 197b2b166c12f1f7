import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "#shared/config/environment.ts";
import { provision } from "#shared/kafka/provision.ts";
import { createPlatform, type Platform } from "#shared/lifecycle/platform.ts";
import { addresses } from "./addresses.ts";
import { createDatabase, type TestDatabase } from "./database.ts";
import { connectRedis } from "./redis.ts";

export interface TestPlatform {
  readonly platform: Platform;
  readonly database: TestDatabase;
  /** Closes what was opened, and removes what was stored. Topics stay: they go with the stack. */
  close(): Promise<void>;
}

/**
 * What a process has, on the real stack, with topics, tables and keys that are this test's own. `settings` are names and
 * values of the environment.
 */
export async function createTestPlatform(settings: Readonly<Record<string, string>> = {}): Promise<TestPlatform> {
  const stack = addresses();
  const database = await createDatabase();
  const redis = connectRedis();
  const folder = await mkdtemp(join(tmpdir(), "carillon-test-"));
  const config = readConfig({
    COMMS_BOOTSTRAP_SERVERS: stack.kafka.bootstrap,
    COMMS_SCHEMA_REGISTRY_URL: stack.registry.url,
    COMMS_POSTGRES_URL: database.url,
    COMMS_REDIS_URL: stack.redis.url,
    COMMS_REDIS_PREFIX: redis.prefix,
    COMMS_TOPIC_PREFIX: `t${randomBytes(4).toString("hex")}.`,
    COMMS_ARTIFACTS_URL: new URL(`file://${folder}`).href,
    COMMS_LOG_FILE: join(folder, "log.ndjson"),
    ...settings,
  });
  const platform = createPlatform(config, { name: "test" });
  await provision({ log: platform.log(), registry: platform.registry(), prefix: platform.prefix });
  await platform.warm();
  return {
    platform,
    database,
    close: async () => {
      await platform.close();
      await redis.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
