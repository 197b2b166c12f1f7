import type { Output } from "#shared/contracts/output.ts";
import type { ProviderEvent } from "#shared/contracts/records.ts";
import { deriveId, personKey } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** How long after the gateway received it a webhook waits for its message to be known, ms. */
export const patienceMs = 5 * 60_000;
const stepMsMin = 1_000;
const stepMsMax = 60_000;

export interface WebhookWait {
  readonly event: ProviderEvent;
  /** The record's value, as it was on the topic. */
  readonly bytes: Buffer;
  readonly msgId: string | null;
  /** How often it has waited before. */
  readonly waits: number;
  readonly now: Instant;
}

/** Whether it is still likely that the message will be known. */
export function isYoung({ received_at }: ProviderEvent, now: Instant): boolean {
  return now - received_at < patienceMs;
}

/** The same webhook, later: after a second, then after as long as it has waited so far. Its person is not known yet. */
export function waitOutput({ event, bytes, msgId, waits, now }: WebhookWait): Output {
  const { provider_event_id, tenant_id, received_at } = event;
  const stepMs = Math.min(stepMsMax, Math.max(stepMsMin, now - received_at));
  return {
    topic: "comms.schedule",
    key: personKey(tenant_id, ""),
    value: {
      schedule_id: deriveId("schedule", "feedback_wait", provider_event_id, waits + 1),
      tenant_id,
      user_id: "",
      msg_id: msgId,
      kind: "feedback_wait",
      created_at: now,
      due_at: now + stepMs,
      expires_at: null,
      target_topic: "comms.provider-events",
      key: provider_event_id,
      payload: bytes,
      headers: { "comms-attempt": String(waits + 1) },
      cause_ref: null,
      received_at: null,
      pause_key: null,
    },
  };
}
