import type { Output } from "#shared/contracts/output.ts";
import type { Send } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { retryDue } from "#shared/domain/delivery/retry.ts";
import { type EncodeSend, scheduleSend } from "#shared/domain/delivery/sender-outcomes.ts";
import type { ParsedWebhook, ProviderReport } from "#shared/domain/feedback/parsed-webhook.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { messageSubject, recordHead } from "#shared/domain/message/record-head.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { KnownMessage } from "./message.ts";

/** A failure that a provider reports of a message that it had taken. */
export interface ReportedFailure {
  readonly report: ProviderReport;
  readonly webhook: Pick<ParsedWebhook, "channel" | "call">;
  readonly message: KnownMessage;
  /** The id of the webhook, which the attempt follows from. */
  readonly cause: string;
  readonly now: Instant;
}

/**
 * The next attempt of the message, on the schedule; undefined if its row promises none, or no more, or if it would come
 * after the message's expiry. It goes to the sender, which asks every gate and the ledger again. The same report gives the
 * same item.
 */
export function nextAttempt(failure: ReportedFailure, encode: EncodeSend): Output | undefined {
  const { report, webhook, message, now } = failure;
  const attempt = webhook.call?.attempt ?? null;
  if (report.retry === undefined || attempt === null || attempt >= (report.retry.tries ?? defaultPolicy.maxAttempts)) {
    return undefined;
  }
  const call = { msgId: message.msg_id, attempt, now, baseMs: report.retry.baseMs ?? 0, retryAfterMs: 0 };
  const dueAt = retryDue(call, defaultPolicy);
  const send = sendOf(failure, attempt);
  if (send === undefined || (send.expires_at !== null && dueAt >= send.expires_at)) return undefined;
  const topic = `comms.send.${channelName(webhook.channel)}` as TopicName;
  return scheduleSend({ topic, encode }, { send, as: "retry", dueAt, now });
}

/** The order of the attempt that failed; undefined if the message has no content to send. */
function sendOf({ webhook, message, cause, now }: ReportedFailure, attempt: number): Send | undefined {
  const { artifact_ref, content_hash, queued_at, critical, created_at, msg_id } = message;
  if (artifact_ref === null || content_hash === null) return undefined;
  const head = { ...message, occurred_at: created_at };
  return {
    ...recordHead(head, { msgId: msg_id, causationId: cause, recordedAt: now }),
    ...messageSubject({ ...message, channel: webhook.channel }),
    critical,
    lane: webhook.call?.lane ?? "EXPRESS",
    address_hash: webhook.call?.addressHash ?? null,
    artifact_ref,
    content_hash,
    attempt,
    reopens: attempt,
    queued_at: queued_at ?? created_at,
    expires_at: webhook.call?.expiresAt ?? null,
    // The row has no time of the event. Its last render came right after, also of a cause that was told again once it had been
    // cancelled, whose row is older than the cancellation.
    received_at: queued_at ?? created_at,
  };
}
