import type { InRecord } from "#shared/contracts/log-record.ts";
import type { Suppression } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { parseSuppressionKey, suppressionKey } from "#shared/domain/message/record-keys.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** One entry of the suppression list, lifted or not, as a row of `comms_suppression`. Instants in ms. */
export interface SuppressionRow {
  readonly key: string;
  readonly tenant_id: string;
  readonly channel: string;
  readonly address_hash: string;
  readonly reason: string;
  readonly origin: string;
  readonly scope: string;

  readonly suppress_id: string;
  readonly created_at: Instant;
  readonly msg_id: string | null;
  readonly evidence: string;
  /** The record's position, or -1 if only the tombstone is known. */
  readonly source_position: number;

  readonly lifted_at: Instant | null;
  /** The tombstone's position, or -1 if none is known. */
  readonly lifted_position: number;
}

export function rowOfSuppression(entry: Suppression, origin: InRecord): SuppressionRow {
  return {
    ...nameColumns(entry),
    suppress_id: entry.suppression_id,
    created_at: entry.created_at,
    msg_id: entry.msg_id,
    evidence: entry.evidence,
    source_position: positionOf(origin),
    lifted_at: null,
    lifted_position: -1,
  };
}

/** The row that a tombstone describes; undefined for a foreign key. */
export function rowOfLifting(origin: InRecord): SuppressionRow | undefined {
  const name = parseSuppressionKey(origin.key?.toString("utf8") ?? "");
  if (name === undefined) return undefined;
  return {
    ...nameColumns(name),
    suppress_id: deriveId("suppression", suppressionKey(name)),
    created_at: origin.timestamp,
    msg_id: null,
    evidence: "",
    source_position: -1,
    lifted_at: origin.timestamp,
    lifted_position: positionOf(origin),
  };
}

/** Merges two rows of one entry. Commutative, associative and idempotent; `upsert-suppressions.sql` has the same rules. */
function mergeSuppressions(a: SuppressionRow, b: SuppressionRow): SuppressionRow {
  const entry = isEnteredLater(a, b) ? a : b;
  const lifting = a.lifted_position >= b.lifted_position ? a : b;
  const isLifted = lifting.lifted_position > entry.source_position;
  return { ...entry, lifted_position: lifting.lifted_position, lifted_at: isLifted ? lifting.lifted_at : null };
}

export function foldSuppressions(rows: readonly SuppressionRow[]): readonly SuppressionRow[] {
  const byKey = new Map<string, SuppressionRow>();
  for (const row of rows) {
    const known = byKey.get(row.key);
    byKey.set(row.key, known ? mergeSuppressions(known, row) : row);
  }
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function isEnteredLater(a: SuppressionRow, b: SuppressionRow): boolean {
  if (a.source_position !== b.source_position) return a.source_position > b.source_position;
  return a.lifted_position >= b.lifted_position;
}

/** A key moves to a higher partition when a topic grows to a multiple of its partitions, so a higher one is later. */
function positionOf({ partition, offset }: InRecord): number {
  return partition * 1e12 + offset;
}

function nameColumns(name: Parameters<typeof suppressionKey>[0]) {
  return {
    key: suppressionKey(name),
    tenant_id: name.tenant_id,
    channel: channelName(name.channel),
    address_hash: name.address_hash,
    reason: name.reason.toLowerCase(),
    origin: name.origin.toLowerCase(),
    scope: name.scope,
  };
}
