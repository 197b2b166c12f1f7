import type { Output } from "#shared/contracts/output.ts";
import type { Channel, Suppression } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Suppress } from "./parsed-webhook.ts";

type Entry = Pick<Suppression, "reason" | "origin" | "scope">;

/**
 * What each word of `Feedback.suppress` puts on the list. A complaint covers everything and yet stops nothing critical:
 * that is the reason's business (`shared/suppression`). Words that are not here put nothing on it.
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
  /** Id of what it follows from. */
  readonly evidence: string;
}

/** The entry that a word asks for, or none. The same address, word and tenant give the same record key for ever. */
export function suppress(
  word: string | null,
  address: HashedAddress,
  { at, msgId, evidence }: SuppressionCause,
): readonly Output[] {
  const entry = entryOf(word);
  if (entry === undefined) return [];
  const name = nameOf(entry, address);
  const key = suppressionKey(name);
  const suppression_id = deriveId("suppression", key);
  const value: Suppression = { suppression_id, ...name, created_at: at, msg_id: msgId, evidence };
  return [{ topic: "comms.suppression", key, value }];
}

/** The tombstone of the entry that a word asked for before. */
export function lift(word: Suppress, address: HashedAddress): Output {
  return { topic: "comms.suppression", key: suppressionKey(nameOf(entries[word], address)), value: null };
}

function entryOf(word: string | null): Entry | undefined {
  return word !== null && Object.hasOwn(entries, word) ? entries[word as Suppress] : undefined;
}

function nameOf(entry: Entry, { tenantId, channel, hash }: HashedAddress) {
  return { tenant_id: tenantId, channel, address_hash: hash, ...entry };
}
