import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ProviderEvent } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { sendProblem } from "../../http/problem.ts";
import { bodyOf, note } from "../../http/request.ts";
import type { Publisher } from "../../publisher.ts";
import type { Certificates } from "./certificates.ts";
import type { ConfirmSubscription } from "./confirm.ts";
import type { SnsEnvelope } from "./core/envelope.ts";
import type { ReplayCache } from "./replay-cache.ts";
import { verifySns } from "./verify.ts";

export interface SnsWebhookParts {
  readonly certificates: Certificates;
  readonly topicArns: ReadonlySet<string>;
  readonly confirm: ConfirmSubscription;
  readonly replays: ReplayCache;
  readonly publisher: Publisher;
  readonly clock: Clock;
}

/** Verifies SES's events from SNS, writes them raw and answers once they are acknowledged. The feedback stage reads the message. */
export function snsWebhookRoutes(app: FastifyInstance, parts: SnsWebhookParts): void {
  app.post("/webhooks/ses", async (request, reply) => {
    const body = bodyOf(request);
    const now = parts.clock.now();
    const verified = await verifySns(body.toString("utf8"), parts, now);
    if ("refused" in verified) return sendProblem(reply, verified.refused);
    return accept(verified.envelope, { request, reply, body, now }, parts);
  });
}

interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly body: Buffer;
  readonly now: Instant;
}

async function accept(envelope: SnsEnvelope, call: Call, parts: SnsWebhookParts): Promise<FastifyReply> {
  const { request, reply, now } = call;
  note(request, { sns_type: envelope.Type, sns_message_id: envelope.MessageId });
  if (parts.replays.has(envelope.MessageId, now)) return reply.code(200).send();
  if (envelope.Type === "SubscriptionConfirmation") await parts.confirm(envelope.TopicArn, envelope.Token ?? "");
  if (envelope.Type === "Notification") {
    const value = providerEvent(envelope, call);
    note(request, { provider_event_id: value.provider_event_id });
    await parts.publisher.publish(
      { topic: "comms.provider-events", key: value.provider_event_id, value },
      request.headers,
    );
  }
  parts.replays.add(envelope.MessageId, now);
  return reply.code(200).send();
}

function providerEvent({ MessageId }: SnsEnvelope, { request, body, now }: Call): ProviderEvent {
  return {
    provider_event_id: deriveId("provider-event", "ses", MessageId),
    tenant_id: "default",
    provider: "ses",
    received_at: now,
    content_type: request.headers["content-type"] ?? "",
    msg_id: null,
    body,
  };
}
