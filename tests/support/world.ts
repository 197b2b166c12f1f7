import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Child, startStages } from "#cli/demo/children.ts";
import { type Character, introduce } from "#cli/demo/people.ts";
import { prepareAll, produce } from "#cli/prepare.ts";
import type { Event } from "#shared/avro/records.ts";
import type { Addresses } from "#shared/config/addresses.ts";
import { readConfig } from "#shared/config/environment.ts";
import type { OutRecord, Producer } from "#shared/kafka/port.ts";
import { stages } from "#shared/kafka/topics.ts";
import { createPlatform, type Platform } from "#shared/lifecycle/platform.ts";
import { createSimulatorControl, type SimulatorControl } from "#simulator/control-client.ts";
import type { LedgerEntry, LedgerFilter } from "#simulator/ledger/entry.ts";
import { startSimulator } from "#simulator/simulator.ts";
import { addresses } from "./addresses.ts";
import { createDatabase } from "./database.ts";
import { untilDrained } from "./world/drained.ts";
import { freePort } from "./world/free-port.ts";
import { untilKnown } from "./world/people.ts";
import { type RedisServer, startRedisServer } from "./world/redis-server.ts";
import { removeTopics } from "./world/remove-topics.ts";
import { type TopicWatch, unwatched, watchTopics } from "./world/topic-watch.ts";

/** All that `comms run all` hosts, to be split over children as a test likes. */
export const everything = [...stages, "gateway"] as const;

/** Everything but these. */
export function allBut(...names: readonly string[]): readonly string[] {
  return everything.filter((name) => !names.includes(name));
}

export interface WorldOptions {
  /** Another stack than the checkout's: where its broker, registry and database stand. */
  readonly stack?: Addresses;
  /** Whether to read along all topics. Default true; a bench does not want to pay for it. */
  readonly watch?: boolean;
  /** Whether the providers call back. Default true. */
  readonly callbacks?: boolean;
  /** More for every child's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Carillon whole, for one test file: topics, database, Redis, artifacts and providers of its own on the stack that
 * runs. Nothing in it is seen by another world, so it may be broken at will.
 */
export interface World {
  readonly prefix: string;
  readonly folder: string;
  readonly platform: Platform;
  readonly watch: TopicWatch;
  readonly redis: RedisServer;
  readonly simulator: SimulatorControl;
  readonly simulatorUrl: string;
  readonly gatewayUrl: string;
  /** Starts processors in one child process; resolves once all of them are ready. */
  start(names: readonly string[], env?: Readonly<Record<string, string>>): Promise<WorldChild>;
  /** Tells the log of these people and waits until the views know them. */
  introduce(people: readonly Character[]): Promise<void>;
  /** Produces events as a producer would, in one call. */
  tell(...events: readonly Event[]): Promise<void>;
  /** Produces any bytes. Topics here are whole, prefix included. */
  write(records: readonly OutRecord[]): Promise<void>;
  /** Waits until every stage is done with all that lies on its topics. */
  drained(ms?: number): Promise<void>;
  /** The providers' own account. */
  ledger(filter?: LedgerFilter): Promise<readonly LedgerEntry[]>;
  /** Ends every child, drops everything. */
  close(): Promise<void>;
}

export interface WorldChild extends Child {
  readonly logFile: string;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const name = randomBytes(4).toString("hex");
  const prefix = `t${name}.`;
  const folder = await mkdtemp(join(tmpdir(), "carillon-world-"));
  const stack = options.stack ?? addresses();
  const [redis, port, database] = await Promise.all([
    startRedisServer(folder),
    freePort(),
    options.stack ? undefined : createDatabase({ empty: true }),
  ]);
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const simulator = await startSimulator({
    ledgerPath: join(folder, "ledger.ndjson"),
    callbackBase: options.callbacks === false ? undefined : gatewayUrl,
  });
  const env = {
    COMMS_TOPIC_PREFIX: prefix,
    COMMS_BOOTSTRAP_SERVERS: stack.kafka.bootstrap,
    COMMS_SCHEMA_REGISTRY_URL: stack.registry.url,
    COMMS_POSTGRES_URL: database?.url ?? stack.postgres.url,
    COMMS_REDIS_URL: redis.url,
    COMMS_ARTIFACTS_URL: pathToFileURL(join(folder, "artifacts")).href,
    COMMS_GATEWAY_PORT: String(port),
    COMMS_GATEWAY_PUBLIC_URL: gatewayUrl,
    COMMS_SES_ENDPOINT: `${simulator.url}/ses`,
    COMMS_FCM_URL: `${simulator.url}/fcm`,
    COMMS_FCM_TOKEN_URL: `${simulator.url}/fcm/token`,
    COMMS_TWILIO_URL: `${simulator.url}/twilio`,
    COMMS_SNS_CERTIFICATE_ORIGIN: `${simulator.url}/sns`,
    COMMS_DIGEST_WINDOW_SECONDS: "2",
    ...options.env,
  };
  const platform = createPlatform(readConfig({ ...process.env, ...env, COMMS_LOG_LEVEL: "silent" }), { name: "test" });
  await prepareAll(platform);
  const watch = options.watch === false ? unwatched : await watchTopics(platform.log(), platform.codec(), prefix);
  const control = createSimulatorControl(simulator.url);
  const children: Child[] = [];
  let producer: Producer | undefined;

  return {
    prefix,
    folder,
    platform,
    watch,
    redis,
    simulator: control,
    simulatorUrl: simulator.url,
    gatewayUrl,
    start: async (names, more = {}) => {
      const logFile = join(folder, `child-${children.length}-${names[0]}.ndjson`);
      const child = await startStages(names, { env: { ...env, COMMS_LOG_FILE: logFile, ...more } });
      children.push(child);
      return { ...child, logFile };
    },
    introduce: async (people) => {
      await produce(platform, introduce(people, Date.now()));
      await untilKnown(platform.views(), people, 60_000);
    },
    tell: (...events) => produce(platform, events.map(eventOutput)),
    write: async (records) => {
      producer ??= await platform.log().producer();
      await producer.send(records);
    },
    drained: (ms = 60_000) => untilDrained(platform.log(), prefix, stages, ms),
    ledger: (filter) => control.ledger(filter),
    close: async () => {
      await Promise.all(children.map((child) => child.kill()));
      await watch.close();
      await platform.close();
      await Promise.all([simulator.close(), redis.close(), removeTopics(stack.kafka.bootstrap, prefix)]);
      await database?.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Keyed by what it is about, as producers are asked to. */
function eventOutput(event: Event) {
  return { topic: "comms.events", key: `${event.tenant_id}/${event.cause_ref}`, value: event } as const;
}
