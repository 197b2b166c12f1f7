import type { Channel, DigestItem } from "#shared/contracts/records.ts";
import type { Cadence } from "#shared/domain/cadence/cadence.ts";
import { windowEnd } from "#shared/domain/cadence/cadence.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** One window of one person's digest. Its id is derived from its end, so every process computes the same id. */
export interface DigestWindow {
  readonly windowId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly cadence: string;
  readonly channel: Channel;
  readonly tz: string;
  readonly closesAt: Instant;
}

/** The length of a window, ms, for development: it replaces the cadence's own hour. Undefined in production. */
export type WindowLength = number | undefined;

/** When an item is collected, and the length of windows if it is set. */
export interface CollectionTime {
  readonly at: Instant;
  readonly length?: WindowLength;
}

/** The window that an item is collected into. */
export function windowOf(item: DigestItem, cadence: Cadence, { at, length }: CollectionTime): DigestWindow {
  const closesAt = length === undefined ? windowEnd(cadence, item.tz, at) : (Math.floor(at / length) + 1) * length;
  return {
    windowId: deriveId(
      "digest-window",
      item.tenant_id,
      item.user_id,
      item.cadence,
      channelName(item.channel),
      closesAt,
    ),
    tenantId: item.tenant_id,
    userId: item.user_id,
    cadence: item.cadence,
    channel: item.channel,
    tz: item.tz,
    closesAt,
  };
}
