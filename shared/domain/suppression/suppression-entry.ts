import type { Output } from "#shared/contracts/output.ts";
import type { Channel, Feedback, Suppression } from "#shared/contracts/records.ts";
import type { Suppress } from "../feedback/parsed-webhook.ts";
import { deriveId } from "../message/id.ts";
import { suppressionKey } from "../message/record-keys.ts";
import type { Instant } from "../time/instant.ts";

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

/** An address of a tenant's person, by its keyed hash. */
export interface HashedAddress {
  readonly tenantId: string;
  readonly channel: Channel;
  readonly hash: string;
}

/** When an entry was learned of, and from what. */
export interface SuppressionCause {
  readonly at: Instant;
  readonly msgId: string | null;
  /** Id of the record or webhook that it follows from. */
  readonly evidence: string;
}

/**
 * The entry that follows from a report on a message, or none. Whoever writes a report writes this with it: it is the same
 * for the same report.
 */
export function entriesOfReport(feedback: Feedback): readonly Output[] {
  const { suppress: value, tenant_id, channel, address_hash, recorded_at, msg_id, feedback_id } = feedback;
  if (address_hash === null) return [];
  const address = { tenantId: tenant_id, channel, hash: address_hash };
  return suppress(value, address, { at: recorded_at, msgId: msg_id, evidence: feedback_id });
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
