import type { Channel } from "#shared/contracts/records.ts";
import type { Instant } from "../time/instant.ts";

/**
 * A message as the gates see it: one event for one person on one channel. The router makes one of an accepted record, a
 * sender of its own record; a gate takes the fields that its rule needs.
 */
export interface Routable {
  readonly msgId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly channel: Channel;
  readonly templateName: string;
  readonly category: string;
  readonly critical: boolean;
  readonly expiresAt: Instant | null;
  /** When its event came; null where an older build wrote the record. */
  readonly receivedAt: Instant | null;
}
