import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ProviderEvent } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { sendProblem } from "../../http/problem.ts";
import { bodyOf, mediaTypeOf, note } from "../../http/request.ts";
import type { Publisher } from "../../publisher.ts";
import { isSignedByTwilio } from "./signature.ts";

export interface TwilioWebhookParts {
  /** More than one while a token rotates. */
  readonly authTokens: readonly string[];
  /** The gateway's public origin, with its path if it has one, without a trailing slash. The headers of a request are not used. */
  readonly publicUrl: string;
  readonly publisher: Publisher;
  readonly clock: Clock;
}

const form = "application/x-www-form-urlencoded";

/** Status callbacks of text messages. The URL names tenant and message; the signature covers it. */
export function twilioWebhookRoutes(app: FastifyInstance, parts: TwilioWebhookParts): void {
  app.post<{ Querystring: Record<string, unknown> }>("/webhooks/twilio/status", async (request, reply) => {
    if (mediaTypeOf(request) !== form) {
      return sendProblem(reply, { code: "COMMS_UNSUPPORTED_MEDIA_TYPE", detail: `Send ${form}` });
    }
    const body = bodyOf(request);
    const fields = new URLSearchParams(body.toString("utf8"));
    const isSigned = isSignedByTwilio(parts.authTokens, {
      signature: request.headers["x-twilio-signature"],
      url: parts.publicUrl + request.url,
      fields,
    });
    if (!isSigned) {
      return sendProblem(reply, { code: "COMMS_WEBHOOK_SIGNATURE", detail: "X-Twilio-Signature does not verify" });
    }
    return accept(request, reply, { parts, body, fields });
  });
}

interface SignedCallback {
  readonly parts: TwilioWebhookParts;
  readonly body: Buffer;
  readonly fields: URLSearchParams;
}

async function accept(
  request: FastifyRequest<{ Querystring: Record<string, unknown> }>,
  reply: FastifyReply,
  { parts, body, fields }: SignedCallback,
): Promise<FastifyReply> {
  const { tenant, msg_id } = request.query;
  const value: ProviderEvent = {
    provider_event_id: eventId(fields),
    tenant_id: typeof tenant === "string" && tenant !== "" ? tenant : "default",
    provider: "twilio",
    received_at: parts.clock.now(),
    content_type: request.headers["content-type"] ?? "",
    msg_id: typeof msg_id === "string" && msg_id !== "" ? msg_id : null,
    body,
  };
  note(request, { provider_event_id: value.provider_event_id, ...(value.msg_id ? { msg_id: value.msg_id } : {}) });
  await parts.publisher.publish(
    { topic: "comms.provider-events", key: value.provider_event_id, value },
    request.headers,
  );
  return reply.code(204).send();
}

/** Twilio gives a callback no id, so it is derived: a message takes each status once, and a repeat has the same id. */
function eventId(fields: URLSearchParams): string {
  const part = (name: string) => fields.get(name) ?? "";
  return deriveId("provider-event", "twilio", part("MessageSid"), part("MessageStatus"), part("ErrorCode"));
}
