import type { Output } from "#shared/contracts/output.ts";
import type { Channel, Feedback, ProviderEvent } from "#shared/contracts/records.ts";
import type { EncodeSend } from "#shared/domain/delivery/sender-outcomes.ts";
import type { NormalisedWebhook, ParsedWebhook, ProviderReport } from "#shared/domain/feedback/parsed-webhook.ts";
import { personKey } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { entriesOfReport, lift, suppress } from "#shared/domain/suppression/suppression-entry.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { KnownMessage } from "./message.ts";
import { nextAttempt } from "./next-attempt.ts";
import { type FeedbackContext, providerFeedback } from "./provider-feedback.ts";
import { isYoung, waitOutput } from "./wait.ts";

export type Hash = (channel: Channel, address: string) => string;

/** What a decision needs that is not pure by itself: a key, and the codec of records. */
export interface DecideParts {
  readonly hash: Hash;
  readonly encode: EncodeSend;
}

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
 * A webhook becomes reports on our message with what they put on the suppression list, or its next attempt. If its message is not known yet, or not enough of it for
 * that, the webhook waits; if the message will never be known, or is another tenant's, it is dropped.
 */
export function decideProviderEvent(webhook: ReceivedWebhook, parts: DecideParts, now: Instant): Outcome {
  const { event, normalised } = webhook;
  const { hash } = parts;
  const message = isOwnMessage(webhook) ? webhook.message : undefined;
  if (normalised.kind === "unreadable") return { kind: "deadLetter", reason: "COMMS_POISON", message: normalised.why };
  if (normalised.kind === "nothing") return nothingToWrite;
  const isPatient = isYoung(event, now);
  if (message && !(isPatient && lacksContent(normalised, message))) {
    const context = { event, webhook: normalised, message, hash: hashOn(normalised, hash) };
    return reportOnMessage(normalised, context, { encode: parts.encode, now });
  }
  const isAnothers = webhook.message !== undefined && message === undefined;
  const isFindable = normalised.msgId !== null || normalised.providerRef !== null;
  if (isAnothers || !isFindable || !isPatient) return dropUnmatched(event, normalised, hash);
  const output = waitOutput({ ...webhook, msgId: normalised.msgId, now });
  return { kind: "defer", reason: "COMMS_STATE_STALE", outputs: [output] };
}

/** Whether a next attempt may follow and the row does not have its render yet: the table lags behind the log. */
function lacksContent({ call, reports }: ParsedWebhook, { artifact_ref, content_hash }: KnownMessage): boolean {
  if (artifact_ref !== null && content_hash !== null) return false;
  return call?.attempt != null && reports.some(({ retry }) => retry !== undefined);
}

/** Whether the webhook's account may report on the message that it names: it is its tenant's, or the default account. */
function isOwnMessage({ event, message }: ReceivedWebhook): boolean {
  return event.tenant_id === "default" || event.tenant_id === message?.tenant_id;
}

function hashOn({ channel }: ParsedWebhook, hash: Hash): (address: string) => string {
  return (address) => hash(channel, address);
}

function reportOnMessage(
  { channel, reports, call }: ParsedWebhook,
  context: FeedbackContext,
  { encode, now }: Pick<DecideParts, "encode"> & { readonly now: Instant },
): Outcome {
  const key = personKey(context.message.tenant_id, context.message.user_id);
  const { message, event } = context;
  const outputs = reports.flatMap((report, index): readonly Output[] => {
    const failure = { report, webhook: { channel, ...(call && { call }) }, message, now };
    const next = nextAttempt({ ...failure, cause: event.provider_event_id }, encode);
    const value = providerFeedback(next ? waiting(report) : report, index, context);
    const listed = [...entriesOfReport(value), ...liftOutputs(report, channel, value)];
    return [{ topic: "comms.feedback", key, value }, ...(next ? [next] : []), ...listed];
  });
  return { kind: "emit", outputs };
}

/** A failure that another attempt follows is none: the message is on its way again. */
function waiting(report: ProviderReport): ProviderReport {
  return { ...report, status: "QUEUED", reason: "COMMS_PROVIDER_UNAVAILABLE" };
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
  const { channel, call } = webhook;
  const outputs = webhook.reports.flatMap(({ address, suppress: value = null }) => {
    const addressHash = call?.addressHash ?? (address === null ? null : hash(channel, address));
    return addressHash === null ? [] : suppress(value, { tenantId: tenant_id, channel, hash: addressHash }, cause);
  });
  return { kind: "drop", reason: "COMMS_STATE_STALE", outputs };
}
