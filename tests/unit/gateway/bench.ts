import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import { describeEvents } from "#catalog/describe-events.ts";
import { loadEventCatalog } from "#catalog/event-catalog.ts";
import { createAuthenticator } from "#gateway/access/authenticate.ts";
import { createKeyCache, type KeyCache } from "#gateway/access/key-cache.ts";
import { createKeyRates } from "#gateway/access/key-rates.ts";
import { createLastUse, type LastUse } from "#gateway/access/last-use.ts";
import { createWrongKeys } from "#gateway/access/wrong-keys.ts";
import { defaultLimits, type ServerLimits } from "#gateway/http/limits.ts";
import { createServer } from "#gateway/http/server.ts";
import { createCancellationPlaces } from "#gateway/public/cancellations/places.ts";
import type { Idempotency, StoredResponse } from "#gateway/public/events/idempotency.ts";
import type { DoorCause } from "#gateway/public/events/intake-watch.ts";
import type { EventMessagesQuery, ReadEventMessages } from "#gateway/public/messages/event-messages.ts";
import type { SuppressionView } from "#gateway/public/unsubscribe/in-force.ts";
import type { Publication } from "#gateway/publisher.ts";
import { gatewayRoutes } from "#gateway/routes.ts";
import { createSnsReceiver } from "#shared/delivery/providers/ses/sns/receiver.ts";
import { createReplayCache } from "#shared/delivery/providers/ses/sns/replay-cache.ts";
import { sesWebhook } from "#shared/delivery/providers/ses/webhook.ts";
import { openTwilioReceiver } from "#shared/delivery/providers/twilio/receiver.ts";
import { twilioWebhook } from "#shared/delivery/providers/twilio/webhook.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { unsubscribeKeys } from "#shared/platform/crypto/unsubscribe-token.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import { createTelemetry } from "#shared/platform/telemetry/telemetry.ts";
import { createManualClock, type ManualClock } from "#tests/support/manual-clock.ts";
import { certificateUrl, publicKey, topicArn } from "../shared/delivery/providers/ses/bench.ts";
import {
  aKey,
  createMemoryBuckets,
  createMemoryKeys,
  type MemoryKeys,
  peppers,
  sharedThrough,
  type TestKey,
} from "./keys.ts";

export const unsubscribeSecret = "a secret of some length";
export const twilioTokens = ["the token in force", "the token before it"] as const;

const twilioAccount = {
  COMMS_TWILIO_AUTH_TOKEN: twilioTokens[0],
  COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: twilioTokens[1],
};

export interface Bench {
  readonly app: FastifyInstance;
  readonly metrics: Metrics;
  readonly clock: ManualClock;
  readonly published: Publication[];
  /** The headers that each publication was given. */
  readonly requests: IncomingHttpHeaders[];
  /** What the next publications reject with. */
  readonly failures: Error[];
  readonly confirmed: (readonly [string, string])[];
  readonly fetched: string[];
  /** When each opt-out was answered that the view did not hold. */
  readonly late: number[];
  /** What the routes of webhooks counted. */
  readonly counted: string[];
  /** The key that a request carries which names none. */
  readonly key: TestKey;
  readonly keys: MemoryKeys;
  readonly cache: KeyCache;
  readonly lastUse: LastUse;
  /** Who had to wait for wrong keys. */
  readonly blocked: string[];
  readonly routes: readonly BenchRoute[];
  /** What was asked of messages. */
  readonly queries: EventMessagesQuery[];
  /** How long cancellations waited with their answer, ms. */
  readonly waits: number[];
}

export interface BenchRoute {
  readonly method: string;
  readonly url: string;
}

interface BenchOptions {
  /** Requests carry no key but what they name. */
  readonly anonymous?: boolean;
  readonly messages?: ReadEventMessages;
  readonly publicUrl?: string;
  readonly idempotency?: Idempotency;
  readonly logFile?: string;
  /** Whether the senders' view has an opt-out; by default it has each. */
  readonly holds?: SuppressionView["holds"];
  readonly limits?: Partial<ServerLimits>;
  readonly closed?: () => DoorCause | undefined;
  readonly isProxy?: (address: string) => boolean;
  /** What a cancellation waits for before its answer. Default: nothing. */
  readonly wait?: () => Promise<void>;
  /** The server's time is the machine's; that of the routes stands still. */
  readonly systemClock?: boolean;
}

export const catalog = loadEventCatalog();

export function createBench(options: BenchOptions = {}): Bench {
  const clock = createManualClock();
  const seen = createRecorder();
  const late: number[] = [];
  const publicUrl = options.publicUrl ?? "https://comms.example.com";
  const telemetry = createTelemetry({
    level: options.logFile ? "info" : "silent",
    file: options.logFile,
    version: "test",
  });
  const limits = { ...defaultLimits, ...options.limits };
  const app = createServer({
    telemetry,
    clock: options.systemClock ? systemClock : clock,
    isSecure: publicUrl.startsWith("https:"),
    limits,
    ...(options.isProxy ? { isProxy: options.isProxy } : {}),
  });
  const routes = routesOf(app);
  const door = createKeyDoor(clock);
  const idempotency = options.idempotency ?? createMemoryIdempotency();
  if (!options.anonymous) carryKey(app, door.key);
  gatewayRoutes(app, {
    access: {
      authenticate: door.authenticate,
      lastUse: door.lastUse,
      metrics: telemetry.metrics,
      rates: createKeyRates({ buckets: door.buckets, clock, keyRate: limits.keyRate }),
    },
    events: {
      catalog,
      publisher: seen.publisher,
      idempotency,
      clock,
      watch: { closed: options.closed ?? (() => undefined) },
    },
    cancellations: {
      publisher: seen.publisher,
      idempotency,
      places: createCancellationPlaces(limits),
      clock,
      wait: async (ms) => {
        seen.waits.push(ms);
        await options.wait?.();
      },
    },
    messages: { read: seen.reader(options.messages) },
    catalog: { events: describeEvents() },
    webhooks: {
      webhooks: webhookRoutes({ publicUrl, ...seen }),
      publisher: seen.publisher,
      clock,
      meter: {
        refused: (provider, code) => seen.counted.push(`${provider} ${code}`),
        subscriptionEnded: (provider) => seen.counted.push(`${provider} subscription ended`),
      },
    },
    unsubscribe: {
      keys: unsubscribeKeys(unsubscribeSecret),
      publisher: seen.publisher,
      clock,
      view: { holds: options.holds ?? (async () => true) },
      onLate: () => void late.push(clock.now()),
    },
    publicUrl,
    version: "1.2.3",
  });
  return { ...seen, ...door, app, metrics: telemetry.metrics, clock, late, routes };
}

/** What the routes write and ask for. */
function createRecorder() {
  const published: Publication[] = [];
  const requests: IncomingHttpHeaders[] = [];
  const failures: Error[] = [];
  const queries: EventMessagesQuery[] = [];
  const waits: number[] = [];
  const publisher = {
    publish: async (publication: Publication, request: IncomingHttpHeaders) => {
      const failure = failures.shift();
      if (failure) throw failure;
      published.push(publication);
      requests.push(request);
    },
    close: async () => {},
  };
  const none: ReadEventMessages = async () => ({ messages: [], rejections: [], next: null });
  const reader =
    (read = none): ReadEventMessages =>
    async (query) => {
      queries.push(query);
      return read(query);
    };
  const confirmed: (readonly [string, string])[] = [];
  return {
    published,
    requests,
    failures,
    queries,
    waits,
    publisher,
    reader,
    confirmed,
    fetched: [] as string[],
    counted: [] as string[],
  };
}

/** The door for keys, on a table in memory that has one of the default tenant and tells of no change. */
function createKeyDoor(clock: ManualClock) {
  const key = aKey();
  const keys = createMemoryKeys(key);
  const blocked: string[] = [];
  const cache = createKeyCache({ table: keys, clock });
  const lastUse = createLastUse({ table: keys, clock });
  const onBlocked = (client: string): void => void blocked.push(client);
  const buckets = sharedThrough(createMemoryBuckets(clock), clock);
  return {
    key,
    keys,
    cache,
    lastUse,
    blocked,
    buckets,
    authenticate: createAuthenticator({
      cache,
      peppers,
      clock,
      wrongKeys: createWrongKeys({ buckets, clock, pepper: "p", onBlocked }),
    }),
  };
}

function routesOf(app: FastifyInstance): readonly BenchRoute[] {
  const routes: BenchRoute[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
  return routes;
}

function carryKey(app: FastifyInstance, { text }: TestKey): void {
  app.addHook("onRequest", async (request) => {
    request.headers.authorization ??= `Bearer ${text}`;
  });
}

/** Both providers' webhooks. `fetched` and `confirmed` take what the receiver of SNS asks for. */
function webhookRoutes({ publicUrl, fetched, confirmed }: WebhookParts) {
  const endpoint = {
    certificates: {
      keyOf: async (url: string) => {
        fetched.push(url);
        return url === certificateUrl ? publicKey : undefined;
      },
    },
    confirm: async (arn: string, token: string) => void confirmed.push([arn, token]),
  };
  const snsReceiver = createSnsReceiver({ topics: new Map([[topicArn, endpoint]]), replays: createReplayCache() });
  return [
    { provider: "ses", path: sesWebhook.path, query: {}, receiver: snsReceiver },
    {
      provider: "twilio",
      path: twilioWebhook.path,
      query: Object.fromEntries((twilioWebhook.query ?? []).map((name) => [name, "any" as const])),
      receiver: openTwilioReceiver([{ config: twilioAccount }], { publicUrl }),
    },
  ];
}

interface WebhookParts {
  readonly publicUrl: string;
  readonly fetched: string[];
  readonly confirmed: (readonly [string, string])[];
}

/** As the table does it, without its times. */
export function createMemoryIdempotency(): Idempotency {
  const rows = new Map<string, { hash: string; answer?: StoredResponse }>();
  return {
    begin: async ({ tenantId, key, requestHash }, now) => {
      const row = rows.get(`${tenantId} ${key}`);
      if (!row) {
        rows.set(`${tenantId} ${key}`, { hash: requestHash });
        return { kind: "claimed", at: now };
      }
      if (row.hash !== requestHash) return { kind: "mismatch" };
      return row.answer ? { kind: "answered", answer: row.answer } : { kind: "in flight" };
    },
    finish: async ({ tenantId, key, requestHash }, _at, answer) => {
      rows.set(`${tenantId} ${key}`, { hash: requestHash, answer });
    },
    release: async ({ tenantId, key }) => void rows.delete(`${tenantId} ${key}`),
    sweep: async () => false,
  };
}
