import { generateKeyPairSync } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import { loadEventCatalog } from "#catalog/event-catalog.ts";
import { createServer } from "#gateway/http/server.ts";
import type { Idempotency, StoredResponse } from "#gateway/public/events/idempotency.ts";
import type { Publication } from "#gateway/publisher.ts";
import { gatewayRoutes } from "#gateway/routes.ts";
import { createReplayCache } from "#gateway/webhooks/sns/replay-cache.ts";
import { unsubscribeKeys } from "#shared/platform/crypto/unsubscribe-token.ts";
import { createTelemetry } from "#shared/platform/telemetry/telemetry.ts";
import { signEnvelope, snsOrigin, type UnsignedEnvelope } from "#simulator/sns/envelope.ts";
import { createManualClock, type ManualClock } from "#tests/support/manual-clock.ts";

export const topicArn = "arn:aws:sns:us-east-1:123456789012:comms-ses-events";
export const unsubscribeSecret = "a secret of some length";
export const twilioTokens = ["the token in force", "the token before it"];

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** What SNS signs with, without the certificate around it. */
export const signing = { key: keys.privateKey, pem: "", file: "SimpleNotificationService-0a1b2c3d.pem" };
export const certificateUrl = `${snsOrigin}/${signing.file}`;
export const publicKey = keys.publicKey;

export interface Bench {
  readonly app: FastifyInstance;
  readonly clock: ManualClock;
  readonly published: Publication[];
  /** The headers that each publication was given. */
  readonly requests: IncomingHttpHeaders[];
  /** What the next publications reject with. */
  readonly failures: Error[];
  readonly confirmed: (readonly [string, string])[];
  readonly fetched: string[];
}

export const catalog = loadEventCatalog();

export function createBench(
  options: { readonly publicUrl?: string; readonly idempotency?: Idempotency; readonly logFile?: string } = {},
): Bench {
  const clock = createManualClock();
  const published: Publication[] = [];
  const requests: IncomingHttpHeaders[] = [];
  const failures: Error[] = [];
  const confirmed: (readonly [string, string])[] = [];
  const fetched: string[] = [];
  const publisher = {
    publish: async (publication: Publication, request: IncomingHttpHeaders) => {
      const failure = failures.shift();
      if (failure) throw failure;
      published.push(publication);
      requests.push(request);
    },
    close: async () => {},
  };
  const publicUrl = options.publicUrl ?? "https://comms.example.com";
  const telemetry = createTelemetry({
    level: options.logFile ? "info" : "silent",
    file: options.logFile,
    version: "test",
  });
  const app = createServer({ telemetry, isSecure: publicUrl.startsWith("https:") });
  gatewayRoutes(app, {
    events: { catalog, publisher, idempotency: options.idempotency ?? createMemoryIdempotency(), clock },
    sns: {
      certificates: {
        keyOf: async (url) => {
          fetched.push(url);
          return url === certificateUrl ? publicKey : undefined;
        },
      },
      topicArns: new Set([topicArn]),
      confirm: async (arn, token) => void confirmed.push([arn, token]),
      replays: createReplayCache(),
      publisher,
      clock,
    },
    twilio: { authTokens: twilioTokens, publicUrl, publisher, clock },
    unsubscribe: { keys: unsubscribeKeys(unsubscribeSecret), publisher, clock },
    publicUrl,
    version: "1.2.3",
  });
  return { app, clock, published, requests, failures, confirmed, fetched };
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
    sweep: async () => {},
  };
}

export function notification(
  clock: ManualClock,
  more: Partial<Extract<UnsignedEnvelope, { Type: "Notification" }>> = {},
) {
  return {
    Type: "Notification",
    MessageId: "5e4bd8a1-0000-4000-8000-000000000001",
    TopicArn: topicArn,
    Subject: "Amazon SES Email Event Notification",
    Message: '{"eventType":"Bounce"}',
    Timestamp: new Date(clock.now()).toISOString(),
    ...more,
  } as const;
}

export function confirmation(
  clock: ManualClock,
  Type: "SubscriptionConfirmation" | "UnsubscribeConfirmation" = "SubscriptionConfirmation",
) {
  return {
    Type,
    MessageId: "5e4bd8a1-0000-4000-8000-000000000002",
    TopicArn: topicArn,
    Token: "2336412f37",
    Message: "You have chosen to subscribe.\nVisit the SubscribeURL.",
    SubscribeURL: "https://evil.example.com/?Action=ConfirmSubscription",
    Timestamp: new Date(clock.now()).toISOString(),
  } as const;
}

/** A sealed message as an object, to be tampered with. */
export function sealed(message: UnsignedEnvelope): Record<string, string> {
  return JSON.parse(signEnvelope(message, signing).body) as Record<string, string>;
}
