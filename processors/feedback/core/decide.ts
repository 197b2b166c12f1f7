import type { Output } from "#shared/contracts/output.ts";
import type { Channel, Feedback, ProviderEvent } from "#shared/contracts/records.ts";
import { personKey } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { KnownMessage } from "./message.ts";
import type { NormalisedWebhook, ParsedWebhook, ProviderReport } from "./parsed-webhook.ts";
import { providerFeedback } from "./provider-feedback.ts";
import { lift, suppress } from "./suppression.ts";
import { isYoung, waitOutput } from "./wait.ts";

export type Hash = (channel: Channel, address: string) => string;

/** A webhook with what was found out about it. */
export interface ReceivedWebhook {
  readonly event: ProviderEvent;
  readonly bytes: Buffer;
  readonly waits: number;
  readonly normalised: NormalisedWebhook;
  readonly message: KnownMessage | undefined;
}

const silence: Outcome = { kind: "emit", outputs: [] };

/** A webhook becomes reports on our message; one whose message is not known yet waits, and one whose never will ends. */
export function decideProviderEvent(heard: ReceivedWebhook, hash: Hash, now: Instant): Outcome {
  const { normalised } = heard;
  if (normalised.kind === "unreadable") return { kind: "deadLetter", reason: "COMMS_POISON", message: normalised.why };
  if (normalised.kind === "nothing") return silence;
  if (heard.message) return reported(heard.event, normalised, { message: heard.message, hash, now });
  const findable = normalised.msgId !== null || normalised.providerRef !== null;
  if (!findable || !isYoung(heard.event, now)) return unclaimed(heard.event, normalised, hash);
  const output = waitOutput({ ...heard, msgId: normalised.msgId, now });
  return { kind: "defer", reason: "COMMS_STATE_STALE", outputs: [output] };
}

/** A report on a message, whoever wrote it, puts on the suppression list what it says, and tells nothing else. */
export function decideFeedback(feedback: Feedback): Outcome {
  const { suppress: word, tenant_id, channel, address_hash, recorded_at, msg_id, feedback_id } = feedback;
  if (word === null || address_hash === null) return silence;
  const address = { tenantId: tenant_id, channel, hash: address_hash };
  return { kind: "emit", outputs: suppress(word, address, { at: recorded_at, msgId: msg_id, evidence: feedback_id }) };
}

interface Known {
  readonly message: KnownMessage;
  readonly hash: Hash;
  readonly now: Instant;
}

function reported(event: ProviderEvent, notice: ParsedWebhook, { message, hash, now }: Known): Outcome {
  const telling = { event, notice, message, hash: (address: string) => hash(notice.channel, address), now };
  const key = personKey(message.tenant_id, message.user_id);
  const outputs = notice.reports.flatMap((report, index): readonly Output[] => {
    const value = providerFeedback(report, index, telling);
    return [{ topic: "comms.feedback", key, value }, ...lifted(report, notice.channel, value)];
  });
  return { kind: "emit", outputs };
}

function lifted({ lifts }: ProviderReport, channel: Channel, { tenant_id, address_hash }: Feedback): readonly Output[] {
  return lifts && address_hash ? [lift(lifts, { tenantId: tenant_id, channel, hash: address_hash })] : [];
}

/**
 * Mail that is not ours, or whose message was never written down. An address that is dead, or a person who complains, is
 * heeded all the same, under the tenant whose endpoint was called.
 */
function unclaimed(event: ProviderEvent, notice: ParsedWebhook, hash: Hash): Outcome {
  const { tenant_id, received_at, provider_event_id } = event;
  const ground = { at: received_at, msgId: notice.msgId, evidence: provider_event_id };
  const outputs = notice.reports.flatMap(({ address, suppress: word = null }) => {
    if (address === null) return [];
    return suppress(
      word,
      { tenantId: tenant_id, channel: notice.channel, hash: hash(notice.channel, address) },
      ground,
    );
  });
  return { kind: "drop", reason: "COMMS_STATE_STALE", outputs };
}
