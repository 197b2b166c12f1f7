import type { Accepted } from "#shared/avro/records.ts";
import type { Cadence } from "#shared/cadence/cadence.ts";
import type { Instant } from "#shared/clock/clock.ts";
import { deriveId } from "#shared/message/id.ts";
import type { DigestWindow } from "./window.ts";

/** What the summary needs of a collected item. */
export interface Collected {
  readonly occurredAt: Instant;
  readonly correlationId: string;
  readonly payload: unknown;
}

/**
 * The summary of a closed window as one message to its person: back through the router's gates, as preferences and
 * suppression may have changed since the items were collected. Items are given oldest first; there is at least one.
 */
export function summaryOf(window: DigestWindow, items: readonly Collected[], cadence: Cadence, now: Instant): Accepted {
  const eventId = deriveId("event", window.tenantId, "digest", window.windowId);
  return {
    event_id: eventId,
    occurred_at: window.closesAt,
    recorded_at: now,
    tenant_id: window.tenantId,
    user_id: window.userId,
    msg_id: null,
    correlation_id: window.windowId,
    causation_id: window.windowId,
    accepted_id: deriveId("accepted", eventId, window.userId, cadence.template),
    role: "recipient",
    cause_event: cadence.name,
    cause_ref: window.windowId,
    template_name: cadence.template,
    template_version: null,
    category: cadence.category,
    critical: false,
    lane: "BULK",
    channels: [window.channel],
    cadence: null,
    dedupe_key: `DIGEST:${window.windowId}`,
    payload: JSON.stringify({ count: items.length, items: items.map(({ payload }) => payload) }),
    expires_at: null,
    round: 0,
  };
}
