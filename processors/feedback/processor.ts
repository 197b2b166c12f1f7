import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Channel, ProviderEvent } from "#shared/contracts/records.ts";
import type { ProviderAlert } from "#shared/delivery/providers/provider-alarm.ts";
import { loggedResultsOf } from "#shared/domain/delivery/logged-result.ts";
import type { EncodeSend } from "#shared/domain/delivery/sender-outcomes.ts";
import type { NormalisedWebhook, WebhookNormalisers } from "#shared/domain/feedback/parsed-webhook.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import type { SubjectSeal } from "#shared/platform/crypto/subject-seal.ts";
import type { StageProcessor } from "#shared/runtime/processor.ts";
import type { UntoldResults } from "#shared/state/ledger/untold-results.ts";
import type { MessageFinder } from "./adapters/message-finder.ts";
import { decideProviderEvent, type ReceivedWebhook } from "./core/decide.ts";
import { type KnownMessage, messageOfSubject } from "./core/message.ts";
import { normalise } from "./core/normalise.ts";

/**
 * How long what a webhook comes to waits to be written with others, ms. Webhooks trickle in; an opt-out that waits so long is
 * still in force within its second.
 */
export const feedbackLingerMs = 10;

export interface FeedbackParts {
  readonly messages: MessageFinder;
  /** Learns of each report, for the ledger: one on a message in doubt ends its doubt. */
  readonly results: Pick<UntoldResults, "tell">;
  readonly hasher: Pick<AddressHasher, "hash">;
  readonly subjects: Pick<SubjectSeal, "open">;
  readonly normalisers: WebhookNormalisers;
  readonly encode: EncodeSend;
  /** Receives what a webhook says of our own set-up or content; again if a batch is gathered again. */
  readonly onAlert?: (alert: ProviderAlert) => void;
  /** Receives every event or code that no table has; again if a batch is gathered again. */
  readonly onUnknown?: (provider: string, code: string) => void;
}

/** Turns providers' webhooks into reports on our messages, with the suppressions of those that end an address. */
export function createFeedback(parts: FeedbackParts): StageProcessor<ProviderEvent, ReceivedWebhook> {
  const { messages, results, hasher, encode } = parts;
  const decideParts = { hash: (channel: Channel, address: string) => hasher.hash(channel, address), encode };
  return {
    kind: "stage",
    name: "feedback",
    inputs: ["comms.provider-events"],
    lingerMs: feedbackLingerMs,
    gather: async (batch) => {
      const webhooks = batch.map((record) => receive(record, parts));
      for (const webhook of webhooks) tellOf(webhook, parts);
      return withMessages(webhooks, messages);
    },
    decide: (_, webhook, now) => decideProviderEvent(webhook, decideParts, now),
    afterWrite: (outcomes, now) => results.tell(loggedResultsOf(outcomes), now),
  };
}

function receive(
  { value, origin }: DecodedRecord<ProviderEvent>,
  { normalisers, subjects }: Pick<FeedbackParts, "normalisers" | "subjects">,
): ReceivedWebhook {
  const header = origin.headers["comms-attempt"];
  const waits = Number((Buffer.isBuffer(header) ? header : header?.[0])?.toString() ?? 0) || 0;
  const bytes = origin.value ?? Buffer.alloc(0);
  const normalised = normalise(value, normalisers);
  return { event: value, bytes, waits, normalised, message: messageIn(normalised, subjects) };
}

/** The message that the webhook brings along; undefined if there is none, or if a next attempt may need more of it. */
function messageIn(normalised: NormalisedWebhook, subjects: Pick<SubjectSeal, "open">): KnownMessage | undefined {
  if (normalised.kind !== "parsed" || normalised.call?.attempt != null) return undefined;
  const { msgId, sealedSubject } = normalised;
  if (msgId === null || sealedSubject === undefined) return undefined;
  const subject = subjects.open(sealedSubject, msgId);
  return subject && messageOfSubject(subject);
}

/** Only the first time that a webhook is read: one that waits would be counted each time it comes back. */
function tellOf(webhook: ReceivedWebhook, { onUnknown, onAlert }: Pick<FeedbackParts, "onUnknown" | "onAlert">): void {
  if (webhook.waits > 0 || webhook.normalised.kind === "unreadable") return;
  const { normalised, event } = webhook;
  if (normalised.unknown !== undefined) onUnknown?.(event.provider, normalised.unknown);
  if (normalised.kind !== "parsed") return;
  for (const { code, alert: level } of normalised.reports)
    if (level) onAlert?.({ channel: channelName(normalised.channel), provider: event.provider, code, level });
}

/** One trip for all webhooks of the batch that name a message and do not bring it along; none if there is no such one. */
async function withMessages(
  webhooks: readonly ReceivedWebhook[],
  messages: MessageFinder,
): Promise<readonly ReceivedWebhook[]> {
  const lookups = webhooks.flatMap((webhook) => {
    if (webhook.normalised.kind !== "parsed" || webhook.message !== undefined) return [];
    const { msgId, providerRef } = webhook.normalised;
    return [{ webhook, name: { msgId, providerRef, provider: webhook.event.provider } }];
  });
  const found = await messages.find(lookups.map(({ name }) => name));
  const byWebhook = new Map(lookups.map(({ webhook }, i) => [webhook, found[i]]));
  return webhooks.map((webhook) => ({ ...webhook, message: webhook.message ?? byWebhook.get(webhook) }));
}
