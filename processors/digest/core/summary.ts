import type { Accepted } from "#shared/contracts/records.ts";
import type { Cadence } from "#shared/domain/cadence/cadence.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { recordHead } from "#shared/domain/message/record-head.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { CancelledItem } from "./cancelled.ts";
import { itemBytesMax } from "./item-payload.ts";
import type { DigestWindow } from "./window.ts";

/** The most bytes of all items in a summary: it must fit into its record, however much was collected. */
export const summaryBytesMax = 65_536;

/** The items that were collected into a window. */
export interface CollectedItems {
  /** The number of all items. */
  readonly count: number;
  /** Payloads of the oldest items that can be shown, oldest first. */
  readonly payloads: readonly unknown[];
}

/** A window that is due, with its items; no items if each is in another digest already. */
export interface DueWindow {
  readonly window: DigestWindow;
  readonly collected: CollectedItems;
  /** Items that have left the window, since their cause was cancelled. They are not collected any more. */
  readonly cancelled: readonly CancelledItem[];
}

/**
 * The summary of a window as one message to its person. It goes back through the router's gates, because preferences and
 * suppressions may have changed since the items were collected. Its payload holds the count of all items and the oldest
 * items, as many as the template shows and `summaryBytesMax` allows.
 */
export function summaryOf(
  { window, collected }: Omit<DueWindow, "cancelled">,
  cadence: Cadence,
  now: Instant,
): Accepted {
  const eventId = deriveId("event", window.tenantId, "digest", window.windowId);
  const origin = {
    event_id: eventId,
    occurred_at: window.closesAt,
    tenant_id: window.tenantId,
    user_id: window.userId,
    correlation_id: window.windowId,
  };
  return {
    ...recordHead(origin, { msgId: null, causationId: window.windowId, recordedAt: now }),
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
    send_at: null,
    received_at: now,
  };
}

function payloadOf({ count, payloads }: CollectedItems, cadence: Cadence): string {
  const items: string[] = [];
  let left = summaryBytesMax;
  for (const payload of payloads) {
    const text = JSON.stringify(payload);
    const size = Buffer.byteLength(text) + 1;
    if (size > itemBytesMax + 1) continue;
    if (items.length === cadence.shownMax || size > left) break;
    items.push(text);
    left -= size;
  }
  return `{"count":${count},"items":[${items.join(",")}]}`;
}
