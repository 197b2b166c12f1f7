import type { Output } from "#shared/contracts/output.ts";
import type { Channel, Suppression } from "#shared/contracts/records.ts";
import type { Suppress } from "#shared/domain/feedback/parsed-webhook.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

type Entry = Pick<Suppression, "reason" | "origin" | "scope">;

/**
 * The entry that each value of `Feedback.suppress` puts on the list. A complaint covers everything and still stops
 * nothing critical: that follows from its reason (`shared/domain/suppression`). A value that is not here puts nothing on it.
 */
const entries: Readonly<Record<Suppress, Entry>> = {
  hard_bounce: { reason: "HARD_BOUNCE", origin: "PROVIDER", scope: "all" },
  complaint: { reason: "COMPLAINT", origin: "RECIPIENT", scope: "all" },
  unsubscribe: { reason: "UNSUBSCRIBE", origin: "RECIPIENT", scope: "stream:marketing" },
  stop: { reason: "STOP", origin: "RECIPIENT", scope: "all" },
};

export interface HashedAddress {
  readonly tenantId: string;
  readonly channel: Channel;
  readonly hash: string;
}

export interface SuppressionCause {
  readonly at: Instant;
  readonly msgId: string | null;
  /** Id of the record or webhook that it follows from. */
  readonly evidence: string;
}

/** The entry for a value of `Feedback.suppress`, or none. The same value, address and tenant give the same key. */
export function suppress(
  value: string | null,
  address: HashedAddress,
  { at, msgId, evidence }: SuppressionCause,
): readonly Output[] {
  const entry = entryOf(value);
  if (entry === undefined) return [];
  const name = suppressionNameOf(entry, address);
  const key = suppressionKey(name);
  const suppression_id = deriveId("suppression", key);
  const record: Suppression = { suppression_id, ...name, created_at: at, msg_id: msgId, evidence };
  return [{ topic: "comms.suppression", key, value: record }];
}

/** The tombstone of the entry that this value put on the list. */
export function lift(value: Suppress, address: HashedAddress): Output {
  return { topic: "comms.suppression", key: suppressionKey(suppressionNameOf(entries[value], address)), value: null };
}

function entryOf(value: string | null): Entry | undefined {
  return value !== null && Object.hasOwn(entries, value) ? entries[value as Suppress] : undefined;
}

function suppressionNameOf(entry: Entry, { tenantId, channel, hash }: HashedAddress) {
  return { tenant_id: tenantId, channel, address_hash: hash, ...entry };
}
