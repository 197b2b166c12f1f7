import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Redis } from "ioredis";
import type { Pool } from "pg";
import { type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import type { ArtifactStore } from "#shared/platform/artifacts/artifact-store.ts";
import { createFileArtifactStore } from "#shared/platform/artifacts/file-artifact-store.ts";
import { type Codec, createCodec } from "#shared/platform/avro/codec.ts";
import { createConfluentRegistry } from "#shared/platform/avro/confluent-registry.ts";
import type { Registry } from "#shared/platform/avro/registry.ts";
import { type Clock, systemClock } from "#shared/platform/clock/clock.ts";
import type { Config } from "#shared/platform/config/environment.ts";
import { type AddressHasher, createAddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { createKeyWrapper } from "#shared/platform/crypto/master-key.ts";
import { createPostgresKeyStore } from "#shared/platform/crypto/postgres-key-store.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { createPool } from "#shared/platform/postgres/pool.ts";
import { type RedisKeys, redisKeys } from "#shared/platform/redis/keys.ts";
import { createRedis } from "#shared/platform/redis/redis.ts";
import { startTracing } from "#shared/platform/telemetry/start-tracing.ts";
import { createTelemetry, type Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { createTemplateTable, type TemplateTable } from "#shared/state/templates/template-table.ts";
import { createViews } from "#shared/state/views/redis-views.ts";
import type { Views } from "#shared/state/views/views.ts";
import { Closers } from "./closers.ts";
import { addressPeppers, masterKeys } from "./rotation.ts";
import { version } from "./version.ts";

/**
 * What one process has in common for all that it hosts. A client is opened when something first asks for it, so a
 * process that hosts intake alone never connects to Postgres. `close` closes what was opened, in reverse order.
 */
export interface ProcessContext {
  readonly config: Config;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Identifies this process and no other, ever: host, pid and a random part. */
  readonly owner: string;
  readonly keys: RedisKeys;
  readonly hasher: AddressHasher;
  /** Put before every topic and group. */
  readonly prefix: string;
  log(): Log;
  registry(): Registry;
  codec(): Codec;
  redis(): Redis;
  postgres(): Pool;
  views(): Views;
  artifacts(): ArtifactStore;
  templates(): TemplateTable;
  /** Looks up every schema id that encoding needs, and waits for the tracer. Rejects with `SCHEMA_NOT_REGISTERED` or `REGISTRY_UNAVAILABLE`. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** What a process says of itself when it starts. */
export interface ProcessContextOptions {
  /** What the process calls itself to the broker: `router`, `all`, `demo`. */
  readonly name: string;
  readonly clock?: Clock;
}

/**
 * What every process is made of. Nothing connects before it is first asked for; `close` closes what was opened, five
 * seconds at most, and never throws.
 */
export function createProcessContext(
  config: Config,
  { name, clock = systemClock }: ProcessContextOptions,
): ProcessContext {
  const closers = new Closers();
  const tracing = startTracing({ url: config.COMMS_OTLP_URL, version });
  closers.add("tracing", () => tracing.close());
  const telemetry = createTelemetry({ level: config.COMMS_LOG_LEVEL, file: config.COMMS_LOG_FILE, version });
  closers.add("log file", () => telemetry.flush());
  const prefix = config.COMMS_TOPIC_PREFIX;
  const keys = redisKeys(config.COMMS_REDIS_PREFIX);

  const log = once(() => {
    const opened = createKafkajsLog({
      bootstrap: config.COMMS_BOOTSTRAP_SERVERS,
      clientId: `comms-${name}@${hostname()}`,
      onClientLog: ({ level, message, ...rest }) =>
        telemetry.log.debug({ client: "kafka", was: level, ...rest }, message),
    });
    closers.add("log", () => opened.close(5_000));
    return opened;
  });
  const registry = once(() => createConfluentRegistry({ url: config.COMMS_SCHEMA_REGISTRY_URL }));
  const codec = once(() => createCodec({ registry: registry(), prefix }));
  const redis = once(() => {
    const opened = createRedis(config.COMMS_REDIS_URL);
    closers.add("redis", () => opened.quit());
    return opened;
  });
  const postgres = once(() => {
    const opened = createPool(config.COMMS_POSTGRES_URL);
    closers.add("postgres", () => opened.end());
    return opened;
  });
  const templates = once(() => {
    const table = createTemplateTable({ log: log(), codec: codec(), topic: `${prefix}comms.templates`, clock });
    closers.add("templates", () => table.close());
    return table;
  });

  return {
    config,
    telemetry,
    clock,
    owner: `${hostname()}/${process.pid}/${randomBytes(4).toString("hex")}`,
    keys,
    hasher: createAddressHasher(addressPeppers(config)),
    prefix,
    log,
    registry,
    codec,
    redis,
    postgres,
    views: once(() => createViews({ redis: redis(), keys })),
    artifacts: once(() => createFileArtifactStore(config.COMMS_ARTIFACTS_URL, userKeys(config, postgres(), clock))),
    templates,
    warm: async () => {
      await tracing.ready;
      await codec().warm(Object.keys(topicRecords) as TopicName[]);
    },
    close: async () => {
      const failed = await closers.close(5_000);
      if (failed.length > 0) process.emitWarning(`Did not close in time: ${failed.join(", ")}`);
    },
  };
}

function userKeys(config: Config, database: Pool, clock: Clock) {
  return createPostgresKeyStore({ database, wrapper: createKeyWrapper(masterKeys(config)), clock });
}

/** Calls the function once and returns its first result from then on. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
