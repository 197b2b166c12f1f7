import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Child, startStages } from "#cli/demo/children.ts";
import { type Character, introduce } from "#cli/demo/people.ts";
import { prepareAll, produce } from "#cli/prepare.ts";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Event } from "#shared/contracts/records.ts";
import { stages } from "#shared/contracts/topics.ts";
import { createApiKey } from "#shared/control/keys/api-keys.ts";
import { allScopes } from "#shared/domain/access/scope.ts";
import type { Addresses } from "#shared/platform/config/addresses.ts";
import { environmentWith, readConfig } from "#shared/platform/config/environment.ts";
import type { Producer } from "#shared/platform/kafka/port.ts";
import { Closers } from "#shared/runtime/process/closers.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import { apiKeyPeppersOf } from "#shared/runtime/process/rotation.ts";
import { createSimulatorControl, type SimulatorControl } from "#simulator/control-client.ts";
import type { CallEntry, LedgerFilter } from "#simulator/ledger/call-entry.ts";
import { startSimulator } from "#simulator/simulator.ts";
import { addresses } from "./addresses.ts";
import { allSettings } from "./all-settings.ts";
import { createDatabase } from "./database.ts";
import { untilDrained } from "./world/drained.ts";
import { freePort } from "./world/free-port.ts";
import { untilKnown } from "./world/people.ts";
import { type RedisServer, startRedisServer } from "./world/redis-server.ts";
import { removeTopics } from "./world/remove-topics.ts";
import { type SimulatorProcess, startSimulatorProcess } from "./world/simulator-process.ts";
import { type TopicWatch, unwatched, watchTopics } from "./world/topic-watch.ts";

/** All that a message meets: every stage, and the gateway. A test splits it over child processes. */
export const everything = [...stages, "gateway"] as const;

/** Everything but these. */
export function allBut(...names: readonly string[]): readonly string[] {
  return everything.filter((name) => !names.includes(name));
}

export interface WorldOptions {
  /** Another stack than the checkout's: where its broker, registry and database stand. */
  readonly stack?: Addresses;
  /** Whether to read along all topics. Default true; a bench turns it off, because it costs CPU. */
  readonly watch?: boolean;
  /** Whether the providers call back. Default true. */
  readonly callbacks?: boolean;
  /** Whether the providers' double runs in a process of its own, so that its CPU is told apart. Default false. */
  readonly doubleApart?: boolean;
  /** Bits of the key by which SNS's double signs. Default its own, which is as long as SNS's. */
  readonly snsKeyBits?: number;
  /** More for every child's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Carillon whole, for one test file: topics, database, Redis, artifacts and providers of its own on the stack that
 * runs. No other world sees it, so a test may break it.
 */
export interface World {
  readonly prefix: string;
  readonly folder: string;
  readonly platform: ProcessContext;
  readonly watch: TopicWatch;
  readonly redis: RedisServer;
  readonly simulator: SimulatorControl;
  readonly simulatorUrl: string;
  /** The process of the providers' double: the test's own, unless it runs apart. */
  readonly simulatorPid: number;
  /** The file that the double writes every call to before it answers. */
  readonly ledgerPath: string;
  readonly gatewayUrl: string;
  /** The environment of its children, on top of the test's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts processors in one child process; resolves once all of them are ready. */
  start(names: readonly string[], env?: Readonly<Record<string, string>>): Promise<WorldChild>;
  /** A key of the tenant `default` with every scope, for the gateway: made when it is first asked for. */
  apiKey(): Promise<string>;
  /** Produces the records of these people and waits until the views have them. */
  introduce(people: readonly Character[]): Promise<void>;
  /** Produces events as a producer would, in one call. */
  produceEvents(...events: readonly Event[]): Promise<void>;
  /** Produces any bytes. Topics here are whole, prefix included. */
  write(records: readonly OutRecord[]): Promise<void>;
  /** Waits until every stage has completed every record on its topics. */
  drained(ms?: number): Promise<void>;
  /** The providers' own account. */
  ledger(filter?: LedgerFilter): Promise<readonly CallEntry[]>;
  /** Ends every child, drops everything. */
  close(): Promise<void>;
}

export interface WorldChild extends Child {
  readonly logFile: string;
}

/** A part that does not close in this time is left behind, ms. */
const closeEachMs = 20_000;

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const closers = new Closers();
  try {
    return await build(options, closers);
  } catch (error) {
    await closers.close(closeEachMs);
    throw error;
  }
}

/** Each part goes into `closers` as soon as it is opened, so that a world that fails to start leaves nothing behind. */
async function build(options: WorldOptions, closers: Closers): Promise<World> {
  const prefix = `t${randomBytes(4).toString("hex")}.`;
  const stack = options.stack ?? addresses();
  const folder = await mkdtemp(join(tmpdir(), "carillon-world-"));
  closers.add("folder", () => rm(folder, { recursive: true, force: true }));
  const database = options.stack ? undefined : await createDatabase({ empty: true });
  closers.add("database", () => database?.drop());
  const redis = await startRedisServer(folder);
  closers.add("redis", () => redis.close());
  const port = await freePort();
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const simulator = await startDouble(options, folder, gatewayUrl);
  closers.add("simulator", () => simulator.close());
  const env = {
    ...storeSettings(stack, database?.url),
    ...providerSettings(simulator.url),
    COMMS_TOPIC_PREFIX: prefix,
    COMMS_REDIS_URL: redis.url,
    COMMS_ARTIFACTS_URL: pathToFileURL(join(folder, "artifacts")).href,
    COMMS_GATEWAY_PORT: String(port),
    COMMS_GATEWAY_PUBLIC_URL: gatewayUrl,
    COMMS_DIGEST_WINDOW_SECONDS: "2",
    ...options.env,
  };
  const config = readConfig(allSettings, environmentWith({ ...env, COMMS_LOG_LEVEL: "silent" }));
  const platform = createProcessContext(config, { name: "test" });
  closers.add("topics", () => removeTopics(stack.kafka.bootstrap, prefix));
  closers.add("platform", () => platform.close());
  await prepareAll(platform, { replicationFactor: config.COMMS_REPLICATION_FACTOR });
  const watch = options.watch === false ? unwatched : await watchTopics(platform.log(), platform.codec(), prefix);
  closers.add("watch", () => watch.close());
  const control = createSimulatorControl(simulator.url);
  const children: Child[] = [];
  closers.add("children", () => Promise.all(children.map((child) => child.kill())));
  const write = createWriter(platform);
  let key: Promise<string> | undefined;

  return {
    prefix,
    folder,
    platform,
    watch,
    redis,
    simulator: control,
    simulatorUrl: simulator.url,
    simulatorPid: simulator.pid,
    ledgerPath: simulator.ledgerPath,
    gatewayUrl,
    env,
    start: async (names, more = {}) => {
      const logFile = join(folder, `child-${children.length}-${names[0]}.ndjson`);
      const child = await startStages(names, { env: { ...env, COMMS_LOG_FILE: logFile, ...more } });
      children.push(child);
      return { ...child, logFile };
    },
    apiKey: () => (key ??= createKey(platform, config)),
    introduce: async (people) => {
      await produce(platform, introduce(people, Date.now()));
      await untilKnown(platform.views(), people, 60_000);
    },
    produceEvents: (...events) => write(events.map((event) => eventRecord(platform, event))),
    write,
    drained: (ms = 60_000) => untilDrained({ log: platform.log(), prefix }, stages, ms),
    ledger: (filter) => control.ledger(filter),
    close: async () => {
      const left = await closers.close(closeEachMs);
      if (left.length > 0) throw new Error(`The world left behind: ${left.join(", ")}`);
    },
  };
}

async function startDouble(
  { callbacks, doubleApart, snsKeyBits }: WorldOptions,
  folder: string,
  gatewayUrl: string,
): Promise<SimulatorProcess> {
  const ledgerPath = join(folder, "ledger.ndjson");
  const double = {
    ledgerPath,
    callbackBase: callbacks === false ? undefined : gatewayUrl,
    ...(snsKeyBits && { snsKeyBits }),
  };
  if (doubleApart) return startSimulatorProcess(double);
  return { ...(await startSimulator(double)), pid: process.pid };
}

function storeSettings(stack: Addresses, databaseUrl = stack.postgres.url): Readonly<Record<string, string>> {
  return {
    COMMS_BOOTSTRAP_SERVERS: stack.kafka.bootstrap,
    COMMS_SCHEMA_REGISTRY_URL: stack.registry.url,
    COMMS_POSTGRES_URL: databaseUrl,
  };
}

function providerSettings(simulatorUrl: string): Readonly<Record<string, string>> {
  return {
    COMMS_SES_ENDPOINT: `${simulatorUrl}/ses`,
    COMMS_FCM_URL: `${simulatorUrl}/fcm`,
    COMMS_FCM_TOKEN_URL: `${simulatorUrl}/fcm/token`,
    COMMS_TWILIO_URL: `${simulatorUrl}/twilio`,
    COMMS_SNS_CERTIFICATE_ORIGIN: `${simulatorUrl}/sns`,
  };
}

async function createKey(platform: ProcessContext, config: Parameters<typeof apiKeyPeppersOf>[0]): Promise<string> {
  const grant = { tenantId: "default", name: "world", scopes: allScopes, ratePerSecond: null, expiresAt: null };
  const change = { actor: "test", reason: "a test", now: Date.now() };
  const { text } = await createApiKey({ pool: platform.postgres(), peppers: apiKeyPeppersOf(config) }, grant, change);
  return text;
}

/** Writes records by one producer, which connects when it is first used. */
function createWriter(platform: ProcessContext): World["write"] {
  let producer: Producer | undefined;
  return async (records) => {
    producer ??= await platform.log().producer();
    await producer.send(records);
  };
}

/** The key is the cause, as producers are asked to set it. */
function eventRecord({ prefix, codec }: ProcessContext, event: Event): OutRecord {
  const key = `${event.tenant_id}/${event.cause_ref}`;
  return { topic: `${prefix}comms.events`, key, value: codec().encode("comms.events", event) };
}
