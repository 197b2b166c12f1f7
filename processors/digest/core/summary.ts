import type { Accepted } from "#shared/contracts/records.ts";
import type { Cadence } from "#shared/domain/cadence/cadence.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { byteLength, itemBytesMax } from "./item-payload.ts";
import type { DigestWindow } from "./window.ts";

/** What a summary takes of all its items together, bytes at most: it must fit into its record, whatever was collected. */
export const summaryBytesMax = 65_536;

/** What was collected into a window. */
export interface CollectedItem {
  /** Of all items. */
  readonly count: number;
  /** Payloads of the oldest that can be shown, oldest first. */
  readonly payloads: readonly unknown[];
}

/**
 * The summary of a closed window as one message to its person: back through the router's gates, as preferences and
 * suppression may have changed since the items were collected. Its payload tells how many items there are, and shows the
 * oldest, as many as the template shows and `summaryBytesMax` holds.
 */
export function summaryOf(window: DigestWindow, collected: CollectedItem, cadence: Cadence, now: Instant): Accepted {
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
    payload: payloadOf(collected, cadence),
    expires_at: null,
    round: 0,
  };
}

function payloadOf({ count, payloads }: CollectedItem, cadence: Cadence): string {
  const items: string[] = [];
  let left = summaryBytesMax;
  for (const payload of payloads) {
    const text = JSON.stringify(payload);
    const size = byteLength(text) + 1;
    if (size > itemBytesMax + 1) continue;
    if (items.length === cadence.shownMax || size > left) break;
    items.push(text);
    left -= size;
  }
  return `{"count":${count},"items":[${items.join(",")}]}`;
}
