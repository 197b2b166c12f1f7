import type { Feedback, ProviderEvent } from "#shared/contracts/records.ts";
import type { CallReference } from "#shared/domain/feedback/call-reference.ts";
import type { ParsedWebhook, ProviderReport } from "#shared/domain/feedback/parsed-webhook.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { messageSubject, recordHead } from "#shared/domain/message/record-head.ts";
import type { KnownMessage } from "./message.ts";

export interface FeedbackContext {
  readonly event: ProviderEvent;
  readonly webhook: Pick<ParsedWebhook, "channel" | "providerRef" | "call">;
  readonly message: KnownMessage;
  /** Names an address without revealing it. */
  readonly hash: (address: string) => string;
}

/**
 * What a provider says, as a report on our message. The same webhook gives the same report at every reading: its time is when
 * the gateway received the webhook, not when it is read.
 */
export function providerFeedback(
  report: ProviderReport,
  index: number,
  { event, webhook, message, hash }: FeedbackContext,
): Feedback {
  const { provider_event_id } = event;
  const source = index === 0 ? provider_event_id : `${provider_event_id}/${index}`;
  return {
    ...recordHead(
      { ...message, occurred_at: message.created_at },
      { msgId: message.msg_id, causationId: provider_event_id, recordedAt: event.received_at },
    ),
    ...messageSubject({ ...message, channel: webhook.channel }),
    feedback_id: deriveId("feedback", message.msg_id, 0, report.status, source),
    status: report.status,
    origin: "PROVIDER",
    attempt: webhook.call?.attempt ?? 0,
    provider: event.provider,
    provider_ref: webhook.providerRef,
    address_hash: addressHashOf(report, webhook.call, hash),
    reason: report.reason ?? null,
    provider_code: report.code,
    detail: report.description,
    suppress: report.suppress ?? null,
    ambiguous: false,
    artifact_ref: message.artifact_ref,
    cost_micros: null,
    currency: null,
    queued_at: null,
  };
}

/** The hash that was sent to, as our call said it: what comes back may be spelled otherwise, or be where it was forwarded. */
function addressHashOf(
  { address }: ProviderReport,
  call: CallReference | undefined,
  hash: FeedbackContext["hash"],
): string | null {
  if (call?.addressHash != null) return call.addressHash;
  return address === null ? null : hash(address);
}
