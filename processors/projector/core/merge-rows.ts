import { lattice, merge } from "#shared/domain/status/status.ts";
import type { MessageRow } from "./message-row.ts";

/**
 * Merges two rows of one message. Commutative, associative and idempotent, so records may come in any order and more than
 * once. `upsert-messages.sql` merges a row into the table by the same rules.
 */
export function mergeRows(a: MessageRow, b: MessageRow): MessageRow {
  const description = a.described_stamp >= b.described_stamp ? a : b;
  const standing = ranksHigher(a, b) ? a : b;
  const decision = a.decided_stamp >= b.decided_stamp ? a : b;
  const carrier = a.provider_stamp >= b.provider_stamp ? a : b;
  const failure = a.error_stamp >= b.error_stamp ? a : b;
  const render = a.rendered_stamp >= b.rendered_stamp ? a : b;
  const charge = a.cost_stamp >= b.cost_stamp ? a : b;
  return {
    ...description,
    status: merge(a.status, b.status),
    reason: standing.reason,
    due_at: standing.due_at,
    status_stamp: standing.status_stamp,
    critical: decision.critical,
    decided_stamp: decision.decided_stamp,
    provider: carrier.provider,
    provider_ref: carrier.provider_ref,
    provider_stamp: carrier.provider_stamp,
    last_error_code: failure.last_error_code,
    error_stamp: failure.error_stamp,
    body_rendered_s3: render.body_rendered_s3,
    content_hash: render.content_hash,
    rendered_stamp: render.rendered_stamp,
    cost_micros: charge.cost_micros,
    currency: charge.currency,
    cost_stamp: charge.cost_stamp,
    attempts: Math.max(a.attempts, b.attempts),
    created_at: Math.min(a.created_at, b.created_at),
    updated_at: Math.max(a.updated_at, b.updated_at),
    sent_at: earliest(a.sent_at, b.sent_at),
    delivered_at: earliest(a.delivered_at, b.delivered_at),
  };
}

/** One row a message, ordered by id, so that all writers lock rows in the same order. */
export function foldRows(rows: readonly MessageRow[]): readonly MessageRow[] {
  const byId = new Map<string, MessageRow>();
  for (const row of rows) {
    const known = byId.get(row.msg_id);
    byId.set(row.msg_id, known ? mergeRows(known, row) : row);
  }
  return [...byId.values()].sort((a, b) => (a.msg_id < b.msg_id ? -1 : 1));
}

function ranksHigher(a: MessageRow, b: MessageRow): boolean {
  const ranks = lattice[a.status].rank - lattice[b.status].rank;
  return ranks === 0 ? a.status_stamp >= b.status_stamp : ranks > 0;
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
