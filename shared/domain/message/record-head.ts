import type { Channel } from "#shared/contracts/records.ts";
import type { Instant } from "../time/instant.ts";

/** The event that a record descends from, and the person it is for: every record repeats these of the one before. */
interface RecordOrigin {
  readonly event_id: string;
  readonly occurred_at: Instant;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly correlation_id: string;
}

/** What is new in each record: its message, what led to it, and when it is written. */
interface RecordLinks<MsgId extends string | null> {
  /** Null while an event has not been split by channel. */
  readonly msgId: MsgId;
  readonly causationId: string;
  readonly recordedAt: Instant;
}

/**
 * The head of a record, `event_id` to `causation_id`. Every record about a message is built with it, so a new field of the
 * head is added here, and where an event first becomes a record.
 */
export function recordHead<MsgId extends string | null>(
  { event_id, occurred_at, tenant_id, user_id, correlation_id }: RecordOrigin,
  { msgId, causationId, recordedAt }: RecordLinks<MsgId>,
) {
  return {
    event_id,
    occurred_at,
    recorded_at: recordedAt,
    tenant_id,
    user_id,
    msg_id: msgId,
    correlation_id,
    causation_id: causationId,
  };
}

/** What a message is about, as its decision, its content, its order and its reports repeat it. */
interface MessageSubject {
  readonly channel: Channel;
  readonly cause_event: string;
  readonly cause_ref: string;
  readonly template_name: string;
  readonly template_version: number;
  readonly category: string;
  readonly locale: string;
  readonly dedupe_key: string;
}

/** The fields of a record that say what the message is about, `channel` to `dedupe_key`; anything else is left out. */
export function messageSubject({
  channel,
  cause_event,
  cause_ref,
  template_name,
  template_version,
  category,
  locale,
  dedupe_key,
}: MessageSubject): MessageSubject {
  return { channel, cause_event, cause_ref, template_name, template_version, category, locale, dedupe_key };
}
