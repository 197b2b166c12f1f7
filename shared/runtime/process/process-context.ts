import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Redis } from "ioredis";
import type { Pool } from "pg";
import { hasForeignWriters, type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import type { ArtifactStore } from "#shared/platform/artifacts/artifact-store.ts";
import { createFileArtifactStore } from "#shared/platform/artifacts/file-artifact-store.ts";
import { type Codec, createCodec } from "#shared/platform/avro/codec.ts";
import { createConfluentRegistry } from "#shared/platform/avro/confluent-registry.ts";
import type { Registry } from "#shared/platform/avro/registry.ts";
import { registryAccess } from "#shared/platform/avro/registry-access.ts";
import { type Clock, systemClock } from "#shared/platform/clock/clock.ts";
import type { AddressConfig } from "#shared/platform/config/address-settings.ts";
import type { ArtifactConfig } from "#shared/platform/config/artifact-settings.ts";
import type { KafkaConfig } from "#shared/platform/config/kafka-settings.ts";
import type { PostgresConfig } from "#shared/platform/config/postgres-settings.ts";
import type { RedisConfig } from "#shared/platform/config/redis-settings.ts";
import type { TelemetryConfig } from "#shared/platform/config/telemetry-settings.ts";
import { type AddressHasher, createAddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { createKeyWrapper } from "#shared/platform/crypto/master-key.ts";
import { createPostgresKeyStore } from "#shared/platform/crypto/postgres-key-store.ts";
import { createSubjectSeal, type SubjectSeal } from "#shared/platform/crypto/subject-seal.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { kafkaConnection } from "#shared/platform/kafka/kafka-security.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { createPool, type PoolOptions } from "#shared/platform/postgres/pool.ts";
import { watchPool } from "#shared/platform/postgres/pool-watch.ts";
import { postgresAccess } from "#shared/platform/postgres/postgres-access.ts";
import { type RedisKeys, redisKeys } from "#shared/platform/redis/keys.ts";
import { createRedis } from "#shared/platform/redis/redis.ts";
import { redisAccess } from "#shared/platform/redis/redis-access.ts";
import { refuseCluster } from "#shared/platform/redis/refuse-cluster.ts";
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
 * process that hosts intake alone never connects to Postgres. A client whose settings nobody declared throws
 * `SETTING_UNDECLARED`. `close` closes what was opened, in reverse order.
 */
export interface ProcessContext {
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Identifies this process and no other, ever: host, pid and a random part. */
  readonly owner: string;
  readonly keys: RedisKeys;
  readonly hasher: AddressHasher;
  readonly subjects: SubjectSeal;
  /** Put before every topic and group. */
  readonly prefix: string;
  log(): Log;
  registry(): Registry;
  codec(): Codec;
  redis(): Redis;
  postgres(): Pool;
  /** A pool beside the one of `postgres`, for a connection that is held for good: no statement of others waits behind it. */
  ownPostgres(options: PoolOptions): Pool;
  /** What is the matter with a client that no call has failed over yet: a store that hangs. It asks nothing. */
  trouble(): string | undefined;
  views(): Views;
  artifacts(): ArtifactStore;
  templates(): TemplateTable;
  /** What `/readyz` says beside its answer, by what it is about: it needs somebody's eye and stops nothing. */
  readonly notes: Map<string, string>;
  /** Looks up every schema id that encoding needs, and waits for the tracer. Rejects with `SCHEMA_NOT_REGISTERED`, `REGISTRY_UNAVAILABLE` or `REDIS_CLUSTER`. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** What the clients of a process are made from: the settings of those that something in it asks for. */
export type ProcessContextConfig = TelemetryConfig &
  Partial<KafkaConfig & RedisConfig & PostgresConfig & ArtifactConfig & AddressConfig>;

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
  config: ProcessContextConfig,
  { name, clock = systemClock }: ProcessContextOptions,
): ProcessContext {
  const closers = new Closers();
  const { COMMS_OTLP_URL: url, COMMS_OTLP_SAMPLE_RATIO: sampleRatio } = config;
  const tracing = startTracing({ url, sampleRatio, version });
  closers.add("tracing", () => tracing.close());
  const telemetry = createTelemetry({ level: config.COMMS_LOG_LEVEL, file: config.COMMS_LOG_FILE, version });
  closers.add("log file", () => telemetry.flush());
  const declared = declaredGroups(config, name);
  const stores = storeClients(declared, closers, clock);
  const kafka = kafkaClients(declared, { name, clock, telemetry, closers });
  const keys = once(() => redisKeys(declared.redis().COMMS_REDIS_PREFIX));
  const hasher = once(() => createAddressHasher(addressPeppers(declared.address())));
  const subjects = once(() => createSubjectSeal(addressPeppers(declared.address())));

  return {
    telemetry,
    clock,
    owner: `${hostname()}/${process.pid}/${randomBytes(4).toString("hex")}`,
    get keys() {
      return keys();
    },
    get hasher() {
      return hasher();
    },
    get subjects() {
      return subjects();
    },
    get prefix() {
      return declared.kafka().COMMS_TOPIC_PREFIX;
    },
    notes: new Map(),
    ...kafka,
    ...stores,
    views: once(() => {
      const ageMsMax = declared.redis().COMMS_VIEW_AGE_CRITICAL_SECONDS * 1_000;
      return createViews({ redis: stores.redis(), keys: keys(), ageMsMax });
    }),
    artifacts: once(() => {
      const artifact = declared.artifact();
      const wrapper = createKeyWrapper(masterKeys(artifact));
      const userKeys = createPostgresKeyStore({ database: stores.postgres(), wrapper, clock });
      return createFileArtifactStore(artifact.COMMS_ARTIFACTS_URL, userKeys, clock);
    }),
    warm: async () => {
      await tracing.ready;
      if (has<RedisConfig>(config, "COMMS_REDIS_URL")) await refuseCluster(stores.redis());
      await kafka.codec().warm(Object.keys(topicRecords) as TopicName[]);
    },
    close: async () => {
      const failed = await closers.close(5_000);
      if (failed.length > 0) process.emitWarning(`Did not close in time: ${failed.join(", ")}`);
    },
  };
}

/** The groups of settings by client. Asking for one that was not declared is a mistake in a `config.ts`. */
function declaredGroups(config: ProcessContextConfig, name: string) {
  const refuse = (client: string, settings: string): never => {
    const message = `${name} asks for ${client} and does not declare ${settings}: add it to its config.ts`;
    throw new AppError("SETTING_UNDECLARED", message, { retryable: false });
  };
  return {
    kafka: () => (has<KafkaConfig>(config, "COMMS_BOOTSTRAP_SERVERS") ? config : refuse("Kafka", "kafkaSettings")),
    redis: () => (has<RedisConfig>(config, "COMMS_REDIS_URL") ? config : refuse("Redis", "redisSettings")),
    postgres: () =>
      has<PostgresConfig>(config, "COMMS_POSTGRES_URL") ? config : refuse("Postgres", "postgresSettings"),
    artifact: () =>
      has<ArtifactConfig>(config, "COMMS_ARTIFACTS_URL") ? config : refuse("artifacts", "artifactSettings"),
    address: () =>
      has<AddressConfig>(config, "COMMS_ADDRESS_PEPPER") ? config : refuse("hashes of addresses", "addressSettings"),
  };
}

/** Whether a group was read: a setting of it that must be set is there. */
function has<Group>(config: ProcessContextConfig, required: keyof Group): config is ProcessContextConfig & Group {
  return Object.hasOwn(config, required);
}

type DeclaredGroups = ReturnType<typeof declaredGroups>;

interface KafkaClientParts {
  readonly name: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly closers: Closers;
}

function kafkaClients(declared: DeclaredGroups, { name, clock, telemetry, closers }: KafkaClientParts) {
  const log = once(() => {
    const opened = createKafkajsLog({
      ...kafkaConnection(declared.kafka(), `comms-${name}@${hostname()}`),
      onClientLog: ({ level, message, ...rest }) =>
        telemetry.log.debug({ client: "kafka", was: level, ...rest }, message),
    });
    closers.add("log", () => opened.close(5_000));
    return opened;
  });
  const registry = once(() => createConfluentRegistry(registryAccess(declared.kafka())));
  const codec = once(() => {
    const { metrics } = telemetry;
    const foreign = (Object.keys(topicRecords) as TopicName[]).filter(hasForeignWriters);
    metrics.expose("comms_foreign_schema_records_total", ...foreign.map((topic) => ({ topic })));
    return createCodec({
      registry: registry(),
      prefix: declared.kafka().COMMS_TOPIC_PREFIX,
      clock,
      onForeign: (topic) => metrics.count("comms_foreign_schema_records_total", { topic }),
    });
  });
  const templates = once(() => {
    const topic = `${declared.kafka().COMMS_TOPIC_PREFIX}comms.templates`;
    const table = createTemplateTable({ log: log(), codec: codec(), topic, clock });
    closers.add("templates", () => table.close());
    return table;
  });
  return { log, registry, codec, templates };
}

function storeClients(declared: DeclaredGroups, closers: Closers, clock: Clock) {
  const redis = once(() => {
    const opened = createRedis(redisAccess(declared.redis()));
    closers.add("redis", () => opened.quit());
    return opened;
  });
  const postgres = once(() => {
    const opened = createPool(postgresAccess(declared.postgres()));
    closers.add("postgres", () => opened.end());
    silence = watchPool(opened, clock);
    return opened;
  });
  const ownPostgres = (options: PoolOptions): Pool => {
    const opened = createPool(postgresAccess(declared.postgres()), options);
    closers.add("postgres of its own", () => opened.end());
    return opened;
  };
  let silence: () => string | undefined = () => undefined;
  return { redis, postgres, ownPostgres, trouble: () => silence() };
}

/** Calls the function once and returns its first result from then on. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
