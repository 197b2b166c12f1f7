import type { ProviderEvent } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { WebhookAccount, WebhookContext, WebhookReceiver, WebhookRequest, WebhookResult } from "../../provider.ts";
import { envelopeBytesMax, type SnsEnvelope } from "../core/envelope.ts";
import type { SesWebhookConfig } from "../webhook-settings.ts";
import { type Certificates, createCertificates } from "./certificates.ts";
import { type ConfirmSubscription, createConfirmSubscription } from "./confirm.ts";
import { createReplayCache, type ReplayCache } from "./replay-cache.ts";
import { verifySns } from "./verify.ts";

/** Whose a topic is, where its certificates come from, and where its subscriptions are confirmed. */
export interface SnsEndpoint {
  /** Absent for the default account. */
  readonly tenant?: string;
  readonly certificates: Certificates;
  readonly confirm: ConfirmSubscription;
}

/** What a receiver of SNS is made of. */
export interface SnsReceiverParts {
  /** By the ARN of the topic: all that messages are taken from. */
  readonly topics: ReadonlyMap<string, SnsEndpoint>;
  readonly replays: ReplayCache;
}

/** A receiver for the topics of all accounts. Accounts with the same origin share their certificates. */
export function openSnsReceiver(
  accounts: readonly WebhookAccount<SesWebhookConfig>[],
  { clock, outbound }: WebhookContext,
): WebhookReceiver {
  const byOrigin = Map.groupBy(accounts, ({ config }) => config.COMMS_SNS_CERTIFICATE_ORIGIN);
  const dispatcher = outbound.dispatcher();
  const topics = [...byOrigin].flatMap(([origin, sharing]) => {
    const endpoint = {
      certificates: createCertificates({ clock, origin, dispatcher }),
      confirm: createConfirmSubscription({ origin, dispatcher }),
    };
    return sharing.flatMap(({ tenant, config }) => {
      const own = tenant === undefined ? endpoint : { ...endpoint, tenant };
      return config.COMMS_SNS_TOPIC_ARNS.map((topicArn) => [topicArn, own] as const);
    });
  });
  return createSnsReceiver({ topics: new Map(topics), replays: createReplayCache() });
}

/**
 * Verifies SES's events from SNS. Of a notification the message inside is passed on, unread: the feedback stage reads it. What
 * only the check needs (signature, certificate, links) is a quarter of what SNS posts, and stays here.
 */
export function createSnsReceiver(parts: SnsReceiverParts): WebhookReceiver {
  return {
    receive: async (request) => {
      if (request.body.length > envelopeBytesMax) {
        const detail = `A message of SNS has ${envelopeBytesMax / 1024} KiB at most`;
        return { kind: "refused", code: "COMMS_PAYLOAD_TOO_LARGE", detail };
      }
      const verified = await verifySns(request.body.toString("utf8"), parts.topics, request.now);
      if ("refused" in verified) return { kind: "refused", ...verified.refused };
      return accept(verified.envelope, request, parts);
    },
  };
}

function accept(envelope: SnsEnvelope, request: WebhookRequest, { topics, replays }: SnsReceiverParts): WebhookResult {
  const { Type, MessageId, TopicArn, Token = "" } = envelope;
  const notes = { sns_type: Type, sns_message_id: MessageId };
  const remember = () => replays.add(MessageId, request.now);
  if (replays.has(MessageId, request.now)) return { kind: "verified", notes, status: 200 };
  if (Type === "Notification") {
    const event = providerEvent(envelope, request, topics.get(TopicArn)?.tenant);
    const { provider_event_id } = event;
    return { kind: "verified", event, notes: { ...notes, provider_event_id }, status: 200, published: remember };
  }
  const published = async () => {
    if (Type === "SubscriptionConfirmation") await topics.get(TopicArn)?.confirm(TopicArn, Token);
    remember();
  };
  return { kind: "verified", notes, status: 200, published, isSubscriptionEnd: Type === "UnsubscribeConfirmation" };
}

function providerEvent(
  { MessageId, Message }: SnsEnvelope,
  { headers, now }: WebhookRequest,
  tenant = "default",
): ProviderEvent {
  return {
    provider_event_id: deriveId("provider-event", "ses", MessageId),
    tenant_id: tenant,
    provider: "ses",
    received_at: now,
    content_type: String(headers["content-type"] ?? ""),
    msg_id: null,
    query: null,
    body: Buffer.from(Message),
  };
}
