import type { Output } from "#shared/contracts/output.ts";
import type { Channel, Feedback, ProviderEvent } from "#shared/contracts/records.ts";
import type { NormalisedWebhook, ParsedWebhook, ProviderReport } from "#shared/domain/feedback/parsed-webhook.ts";
import { personKey } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { KnownMessage } from "./message.ts";
import { type FeedbackContext, providerFeedback } from "./provider-feedback.ts";
import { lift, suppress } from "./suppression.ts";
import { isYoung, waitOutput } from "./wait.ts";

export type Hash = (channel: Channel, address: string) => string;

/** A webhook with what is known about it. */
export interface ReceivedWebhook {
  readonly event: ProviderEvent;
  /** The record's value, as it came. */
  readonly bytes: Buffer;
  /** How often it has waited on the schedule. */
  readonly waits: number;
  readonly normalised: NormalisedWebhook;
  readonly message: KnownMessage | undefined;
}

const nothingToWrite: Outcome = { kind: "emit", outputs: [] };

/**
 * A webhook becomes reports on our message. If its message is not known yet, it waits; if the message will never be
 * known, or is another tenant's, it is dropped.
 */
export function decideProviderEvent(webhook: ReceivedWebhook, hash: Hash, now: Instant): Outcome {
  const { event, normalised } = webhook;
  const message = isOwnMessage(webhook) ? webhook.message : undefined;
  if (normalised.kind === "unreadable") return { kind: "deadLetter", reason: "COMMS_POISON", message: normalised.why };
  if (normalised.kind === "nothing") return nothingToWrite;
  if (message)
    return reportOnMessage(normalised, { event, webhook: normalised, message, hash: hashOn(normalised, hash), now });
  if (webhook.message) return dropUnmatched(event, normalised, hash);
  const isFindable = normalised.msgId !== null || normalised.providerRef !== null;
  if (!isFindable || !isYoung(event, now)) return dropUnmatched(event, normalised, hash);
  const output = waitOutput({ ...webhook, msgId: normalised.msgId, now });
  return { kind: "defer", reason: "COMMS_STATE_STALE", outputs: [output] };
}

/** Whether the webhook's account may report on the message that it names: it is its tenant's, or the default account. */
function isOwnMessage({ event, message }: ReceivedWebhook): boolean {
  return event.tenant_id === "default" || event.tenant_id === message?.tenant_id;
}

/** Any report on a message puts on the suppression list what it says. Nothing else follows. */
export function decideFeedback(feedback: Feedback): Outcome {
  const { suppress: value, tenant_id, channel, address_hash, recorded_at, msg_id, feedback_id } = feedback;
  if (value === null || address_hash === null) return nothingToWrite;
  const address = { tenantId: tenant_id, channel, hash: address_hash };
  return { kind: "emit", outputs: suppress(value, address, { at: recorded_at, msgId: msg_id, evidence: feedback_id }) };
}

function hashOn({ channel }: ParsedWebhook, hash: Hash): (address: string) => string {
  return (address) => hash(channel, address);
}

function reportOnMessage({ channel, reports }: ParsedWebhook, context: FeedbackContext): Outcome {
  const key = personKey(context.message.tenant_id, context.message.user_id);
  const outputs = reports.flatMap((report, index): readonly Output[] => {
    const value = providerFeedback(report, index, context);
    return [{ topic: "comms.feedback", key, value }, ...liftOutputs(report, channel, value)];
  });
  return { kind: "emit", outputs };
}

function liftOutputs(
  { lifts }: ProviderReport,
  channel: Channel,
  { tenant_id, address_hash }: Feedback,
): readonly Output[] {
  return lifts && address_hash ? [lift(lifts, { tenantId: tenant_id, channel, hash: address_hash })] : [];
}

/**
 * Drops a webhook about mail that is not ours, or whose message has no row. A dead address or a complaint is still
 * suppressed, under the tenant whose endpoint was called.
 */
function dropUnmatched(event: ProviderEvent, webhook: ParsedWebhook, hash: Hash): Outcome {
  const { tenant_id, received_at, provider_event_id } = event;
  const cause = { at: received_at, msgId: webhook.msgId, evidence: provider_event_id };
  const outputs = webhook.reports.flatMap(({ address, suppress: value = null }) => {
    if (address === null) return [];
    const { channel } = webhook;
    return suppress(value, { tenantId: tenant_id, channel, hash: hash(channel, address) }, cause);
  });
  return { kind: "drop", reason: "COMMS_STATE_STALE", outputs };
}
