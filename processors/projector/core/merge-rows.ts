import { lattice, merge } from "#shared/domain/status/status.ts";
import type { MessageRow } from "./message-row.ts";

/**
 * What two rows say together of one message. Commutative, associative and idempotent, so records may come in any order
 * and more than once. `upsert-messages.sql` merges a row into the table by the same rules.
 */
export function mergeRows(a: MessageRow, b: MessageRow): MessageRow {
  const described = a.described_stamp >= b.described_stamp ? a : b;
  const standing = standsHigher(a, b) ? a : b;
  const decided = a.decided_stamp >= b.decided_stamp ? a : b;
  const carried = a.provider_stamp >= b.provider_stamp ? a : b;
  const failed = a.error_stamp >= b.error_stamp ? a : b;
  const rendered = a.rendered_stamp >= b.rendered_stamp ? a : b;
  const charged = a.cost_stamp >= b.cost_stamp ? a : b;
  return {
    ...described,
    status: merge(a.status, b.status),
    reason: standing.reason,
    due_at: standing.due_at,
    status_stamp: standing.status_stamp,
    critical: decided.critical,
    decided_stamp: decided.decided_stamp,
    provider: carried.provider,
    provider_ref: carried.provider_ref,
    provider_stamp: carried.provider_stamp,
    last_error_code: failed.last_error_code,
    error_stamp: failed.error_stamp,
    body_rendered_s3: rendered.body_rendered_s3,
    content_hash: rendered.content_hash,
    rendered_stamp: rendered.rendered_stamp,
    cost_micros: charged.cost_micros,
    currency: charged.currency,
    cost_stamp: charged.cost_stamp,
    attempts: Math.max(a.attempts, b.attempts),
    created_at: Math.min(a.created_at, b.created_at),
    updated_at: Math.max(a.updated_at, b.updated_at),
    sent_at: earliest(a.sent_at, b.sent_at),
    delivered_at: earliest(a.delivered_at, b.delivered_at),
  };
}

/** One row a message, ordered by id: all writers then lock rows in the same order. */
export function foldRows(rows: readonly MessageRow[]): readonly MessageRow[] {
  const byId = new Map<string, MessageRow>();
  for (const row of rows) {
    const known = byId.get(row.msg_id);
    byId.set(row.msg_id, known ? mergeRows(known, row) : row);
  }
  return [...byId.values()].sort((a, b) => (a.msg_id < b.msg_id ? -1 : 1));
}

function standsHigher(a: MessageRow, b: MessageRow): boolean {
  const ranks = lattice[a.status].rank - lattice[b.status].rank;
  return ranks === 0 ? a.status_stamp >= b.status_stamp : ranks > 0;
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
