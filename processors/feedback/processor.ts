import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Feedback, ProviderEvent } from "#shared/contracts/records.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import type { StageProcessor } from "#shared/runtime/processor.ts";
import type { MessageFinder } from "./adapters/message-finder.ts";
import { decideFeedback, decideProviderEvent, type ReceivedWebhook } from "./core/decide.ts";
import { normalise } from "./core/normalise.ts";

export interface FeedbackParts {
  readonly messages: MessageFinder;
  readonly hasher: Pick<AddressHasher, "hash">;
  /** Told of every event or code that no table has. Once more where a batch is gathered once more. */
  readonly onUnknown?: (provider: string, code: string) => void;
}

type In = ProviderEvent | Feedback;
/** What was found out about a webhook; null for a report on a message, which says all there is. */
type Facts = ReceivedWebhook | null;

/**
 * Turns providers' webhooks into reports on our messages, and reports that end an address into suppressions. What it
 * writes itself comes back to it as a report, and from a report only a suppression ever follows.
 */
export function createFeedback({ messages, hasher, onUnknown }: FeedbackParts): StageProcessor<In, Facts> {
  return {
    kind: "stage",
    name: "feedback",
    inputs: ["comms.provider-events", "comms.feedback"],
    gather: async (batch) => {
      const heard = batch.map((record) => (isProviderEvent(record) ? hear(record) : null));
      for (const one of heard) report(one, onUnknown);
      return withMessages(heard, messages);
    },
    decide: ({ value }, facts, now) =>
      facts === null
        ? decideFeedback(value as Feedback)
        : decideProviderEvent(facts, (channel, address) => hasher.hash(channel, address), now),
  };
}

function isProviderEvent(record: DecodedRecord<In>): record is DecodedRecord<ProviderEvent> {
  return record.topic === "comms.provider-events";
}

function hear({ value, origin }: DecodedRecord<ProviderEvent>): ReceivedWebhook {
  const header = origin.headers["comms-attempt"];
  const waited = Number((Buffer.isBuffer(header) ? header : header?.[0])?.toString() ?? 0) || 0;
  const bytes = origin.value ?? Buffer.alloc(0);
  return { event: value, bytes, waits: waited, normalised: normalise(value), message: undefined };
}

/** Only the first time that a webhook is read: one that waits would be counted at every turn. */
function report(heard: Facts, onUnknown: FeedbackParts["onUnknown"]): void {
  if (heard === null || heard.waits > 0 || heard.normalised.kind === "unreadable") return;
  const { unknown } = heard.normalised;
  if (unknown !== undefined) onUnknown?.(heard.event.provider, unknown);
}

/** One trip for the whole batch; none where no webhook in it is about a message. */
async function withMessages(heard: readonly Facts[], messages: MessageFinder): Promise<readonly Facts[]> {
  const asking = heard.flatMap((one) => {
    if (one?.normalised.kind !== "notice") return [];
    const { msgId, providerRef } = one.normalised;
    return [{ one, name: { msgId, providerRef, provider: one.event.provider } }];
  });
  const found = await messages.find(asking.map(({ name }) => name));
  const byHeard = new Map(asking.map(({ one }, i) => [one, found[i]]));
  return heard.map((one) => one && { ...one, message: byHeard.get(one) });
}
