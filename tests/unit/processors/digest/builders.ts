import type { DigestItem } from "#shared/contracts/records.ts";
import { type Cadence, cadenceOf } from "#shared/domain/cadence/cadence.ts";

export const dailyDigest = cadenceOf("messages.daily_digest") as Cadence;
export const digestNoon = Date.parse("2026-06-01T12:00:00Z");

/** An item of Anna's dailyDigest digest. */
export const digestItem = (id: string, recordedAt = digestNoon, extra: Partial<DigestItem> = {}): DigestItem => ({
  event_id: `event-${id}`,
  occurred_at: recordedAt,
  recorded_at: recordedAt,
  tenant_id: "default",
  user_id: "anna",
  msg_id: `msg-${id}`,
  correlation_id: "c",
  causation_id: "d",
  item_id: id,
  cadence: dailyDigest.name,
  channel: "EMAIL",
  cause_event: "message.posted",
  cause_ref: id,
  template_name: "new_message_digest",
  category: "messages",
  tz: "UTC",
  payload: `{"excerpt":"${id}"}`,
  received_at: recordedAt,
  ...extra,
});
