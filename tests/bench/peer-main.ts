/**
 * The same mails by BullMQ: one process, one queue. Its lookups, rendering, call, rows and webhooks are the product's, called
 * in the leanest order; what is between them is BullMQ. Takes the environment of the world that it stands in.
 */

import { createServer, type IncomingMessage } from "node:http";
import { type Job, Queue, Worker } from "bullmq";
import { createTables } from "#processors/projector/adapters/tables.ts";
import { rowOfDecision, rowOfFeedback } from "#processors/projector/core/message-rows.ts";
import { render } from "#processors/renderer/core/render.ts";
import type { Event, Send } from "#shared/contracts/records.ts";
import { sesProvider } from "#shared/delivery/providers/ses/provider.ts";
import { sesWebhook } from "#shared/delivery/providers/ses/webhook.ts";
import { sesWebhookSettings } from "#shared/delivery/providers/ses/webhook-settings.ts";
import { deriveMsgId } from "#shared/domain/message/id.ts";
import { parseTemplate } from "#shared/domain/template/parsed.ts";
import { environmentWith, readConfig } from "#shared/platform/config/environment.ts";
import { directOutbound } from "#shared/platform/http/outbound.ts";
import { createProcessContext } from "#shared/runtime/process/process-context.ts";
import { unsubscribeKeysOf } from "#shared/runtime/process/rotation.ts";
import { dedupeWindowMs } from "#shared/state/dedupe/dedupe.ts";
import { callDeadlineMs, leaseMs } from "#shared/state/ledger/ledger.ts";
import { allSettings } from "#tests/support/all-settings.ts";
import { aDecision, aFeedback } from "#tests/unit/processors/projector/core/builders.ts";
import { type PeerProfile, peerKeys, peerQueue, redisAddress } from "./peer-queue.ts";

/** Jobs under way at once: enough for any latency of the provider, few enough for the eight connections to Postgres. */
const concurrency = 64;
const template = { name: "promo_low_balance", channel: "EMAIL" } as const;

const environment = environmentWith({ COMMS_LOG_LEVEL: "silent" });
const config = readConfig(allSettings, environment);
const platform = createProcessContext(config, { name: "peer" });
await platform.warm();
const templates = platform.templates();
await templates.ready();
const version = templates.active(template.name, template.channel)?.version ?? 0;
const published = templates.get({ ...template, version, locale: "en-US" });
if (published === undefined) throw new Error(`${template.name} is not published in en-US`);
const parsed = parseTemplate(published);
const redis = platform.redis();
const tables = createTables(platform.postgres());
const { adapter } = await sesProvider.open(readConfig(sesProvider.settings, environment), {
  clock: platform.clock,
  callDeadlineMs,
  outbound: directOutbound,
  postgres: () => platform.postgres(),
  gatewayUrl: () => config.COMMS_GATEWAY_PUBLIC_URL,
  unsubscribeKeys: () => unsubscribeKeysOf(config),
});
const connection = redisAddress(config.COMMS_REDIS_URL);
const queue = new Queue(peerQueue, { connection });

async function mail(event: Event): Promise<void> {
  const userId = event.actors[0]?.user_id ?? "";
  const destination = { templateName: template.name, userId, channel: "email" };
  const msgId = deriveMsgId({ tenantId: event.tenant_id, causeRef: event.cause_ref, ...destination });
  const profile = await look(userId, msgId);
  if (profile === undefined) return;
  const result = render(parsed, event.payload);
  if (result.kind !== "content") throw new Error(result.refusal.detail);
  const send = sendOf(event, { userId, msgId, addressHash: profile.addressHash });
  const target = { address: profile.email, deviceId: "" };
  const message = { send, content: result.content, target, addressHash: profile.addressHash, now: Date.now() };
  const answer = await adapter.send(message, AbortSignal.timeout(callDeadlineMs));
  if (answer.kind !== "accepted") throw new Error(`The provider's answer was ${answer.kind}`);
  const head = { msg_id: msgId, user_id: userId, tenant_id: event.tenant_id, recorded_at: Date.now() };
  const decided = (stage: "router" | "email-sender") =>
    aDecision({ ...head, stage, decision_id: `${msgId}/${stage}`, verdict: "PASS", reason: null, due_at: null });
  const row = { ...rowOfDecision(decided("router")), ...sentOf(head) };
  await Promise.all([
    tables.insertDecisions([decided("router"), decided("email-sender")]),
    tables.upsertMessages([row]),
  ]);
}

function sentOf(head: { readonly msg_id: string; readonly recorded_at: number }) {
  const { status, status_stamp, sent_at, attempts } = rowOfFeedback(aFeedback({ ...head, attempt: 1 }));
  return { status, status_stamp, sent_at, attempts };
}

/** Person, preference, suppression, dedupe and claim in one trip; undefined where any of them says no. */
async function look(userId: string, msgId: string): Promise<PeerProfile | undefined> {
  const keys = peerKeys(userId, msgId);
  const answers = await redis
    .pipeline()
    .get(keys.profile)
    .exists(keys.suppression)
    .set(keys.dedupe, msgId, "PX", dedupeWindowMs, "NX")
    .set(keys.claim, platform.owner, "PX", leaseMs, "NX")
    .exec();
  const [profile, suppressed, unique, claimed] = (answers ?? []).map(([, value]) => value);
  if (typeof profile !== "string" || suppressed !== 0 || unique !== "OK" || claimed !== "OK") return undefined;
  const known = JSON.parse(profile) as PeerProfile;
  return known.optedIn.includes("promotions") ? known : undefined;
}

interface Recipient {
  readonly userId: string;
  readonly msgId: string;
  readonly addressHash: string;
}

function sendOf(event: Event, { userId, msgId, addressHash }: Recipient): Send {
  return {
    event_id: msgId,
    occurred_at: event.occurred_at,
    recorded_at: Date.now(),
    received_at: event.occurred_at,
    tenant_id: event.tenant_id,
    user_id: userId,
    msg_id: msgId,
    correlation_id: msgId,
    causation_id: msgId,
    channel: "EMAIL",
    cause_event: event.name,
    cause_ref: event.cause_ref,
    template_name: template.name,
    template_version: version,
    category: "promotions",
    critical: false,
    lane: "BULK",
    locale: "en-US",
    dedupe_key: event.cause_ref,
    address_hash: addressHash,
    artifact_ref: "",
    content_hash: "",
    attempt: 1,
    reopens: null,
    queued_at: Date.now(),
    expires_at: null,
  };
}

/** A verified webhook becomes the message's status. */
async function webhook(body: string): Promise<void> {
  const read = sesWebhook.normalise(body, null);
  if (read.kind !== "parsed") return;
  for (const { status } of read.reports) {
    const feedback = aFeedback({ msg_id: read.msgId ?? "", status, recorded_at: Date.now(), attempt: 1 });
    await tables.upsertMessages([rowOfFeedback(feedback)]);
  }
}

const receiver = await sesWebhook.open([{ config: readConfig(sesWebhookSettings, environment) }], {
  clock: platform.clock,
  publicUrl: config.COMMS_GATEWAY_PUBLIC_URL,
  outbound: directOutbound,
});

async function receive(request: IncomingMessage): Promise<number> {
  const body = Buffer.concat(await request.toArray());
  const at = { url: request.url ?? "", headers: request.headers, body, now: Date.now() };
  const result = await receiver.receive(at);
  if (result.kind === "refused") return 403;
  if (result.event !== undefined) await queue.add("webhook", result.event.body.toString("utf8"), keepNone);
  await result.published?.();
  return result.status;
}

const keepNone = { removeOnComplete: true } as const;
const worker = new Worker(
  peerQueue,
  (job: Job) => (job.name === "webhook" ? webhook(job.data as string) : mail(job.data as Event)),
  { connection, concurrency },
);
worker.on("error", (error) => process.stderr.write(`${error.stack}\n`));
worker.on("failed", (_job, error) => process.stderr.write(`${error.stack}\n`));
const server = createServer((request, response) => {
  void receive(request).then(
    (status) => response.writeHead(status).end(),
    () => response.writeHead(500).end(),
  );
});
server.listen(config.COMMS_GATEWAY_PORT, "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ url: config.COMMS_GATEWAY_PUBLIC_URL })}\n`);
});
process.once("SIGTERM", () => process.exit(0));
