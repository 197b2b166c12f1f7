import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Headers } from "#shared/contracts/log-record.ts";
import type { RecordTypes } from "#shared/contracts/records.ts";
import type { TopicName, TopicRecordName } from "#shared/contracts/topics.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { provision } from "#shared/platform/provisioning/provision.ts";
import { createFuseTopic } from "#shared/runtime/fuses/fuse-store.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { Shell } from "#shared/runtime/shell/shell.ts";
import { addresses } from "./addresses.ts";
import { type AllConfig, allSettings } from "./all-settings.ts";
import { createDatabase, type TestDatabase } from "./database.ts";
import { connectRedis } from "./redis.ts";

export interface TestPlatform {
  readonly platform: ProcessContext;
  /** What every stage and the gateway read. */
  readonly config: AllConfig;
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
  const config = readConfig(allSettings, {
    COMMS_STACK_ROOT: readStackConfig().root,
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
  const platform = createProcessContext(config, { name: "test" });
  await provision({ log: platform.log(), registry: platform.registry(), prefix: platform.prefix });
  await platform.warm();
  return {
    platform,
    config,
    database,
    close: async () => {
      await platform.close();
      await redis.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one processor in its shell, as `comms run` does, until it is stopped. A crash is reported to `onCrash`. */
export async function startStage(
  platform: ProcessContext,
  runnable: Runnable,
  onCrash: (error: unknown) => void,
): Promise<Shell> {
  const shell = new Shell({
    runnable,
    log: platform.log(),
    codec: platform.codec(),
    clock: platform.clock,
    random: Math.random,
    telemetry: platform.telemetry,
    prefix: platform.prefix,
    owner: platform.owner,
    fuses: createFuseTopic({ log: platform.log(), codec: platform.codec(), prefix: platform.prefix }),
    onCrash,
  });
  await shell.start();
  return shell;
}

/** Writes one record as its stage would. */
export async function produce<Topic extends TopicName>(
  platform: ProcessContext,
  topic: Topic,
  { key, value }: { readonly key: string; readonly value: RecordTypes[TopicRecordName<Topic>] },
): Promise<void> {
  const producer = await platform.log().producer();
  await producer.send([{ topic: platform.prefix + topic, key, value: platform.codec().encode(topic, value) }]);
  await producer.close();
}

/** Everything that a topic holds, decoded, in the order of its partitions. */
export async function recordsOf<Topic extends TopicName>(
  platform: ProcessContext,
  topic: Topic,
): Promise<
  readonly { readonly key: string; readonly value: RecordTypes[TopicRecordName<Topic>]; readonly headers: Headers }[]
> {
  const found = [];
  for await (const run of platform.log().readToEnd([platform.prefix + topic])) {
    for (const { key, value, headers } of run) {
      if (value === null) continue;
      const decoded = platform.codec().decode(topic, value) as RecordTypes[TopicRecordName<Topic>];
      found.push({ key: String(key), value: decoded, headers });
    }
  }
  return found;
}

/** A port of the loopback that nobody has, for servers that need it before they start. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
