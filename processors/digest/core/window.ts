import type { Channel, DigestItem } from "#shared/contracts/records.ts";
import type { Cadence } from "#shared/domain/cadence/cadence.ts";
import { windowEnd } from "#shared/domain/cadence/cadence.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** One window of one person's digest. Its id is derived from its end, so everyone who computes it means the same. */
export interface DigestWindow {
  readonly windowId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly cadence: string;
  readonly channel: Channel;
  readonly tz: string;
  readonly closesAt: Instant;
}

/** How long a window lasts, where the cadence's own hour is not wanted: for trying out, ms. */
export type WindowLength = number | undefined;

/** The window that an item falls into when it is collected at `at`. */
export function windowOf(item: DigestItem, cadence: Cadence, at: Instant, length: WindowLength): DigestWindow {
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
