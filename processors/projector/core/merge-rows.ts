import { lattice } from "#shared/domain/status/status.ts";
import { type MessageColumnName, type MessageRow, messageColumnEntries, type StampGroup } from "./message-row.ts";

/**
 * Merges two rows of one message by the table of its columns. Commutative, associative and idempotent, so records may
 * come in any order and more than once. The statement that writes the row merges it by the same table.
 */
export function mergeRows(a: MessageRow, b: MessageRow): MessageRow {
  const later: Readonly<Record<StampGroup, MessageRow>> = {
    described: a.described_stamp >= b.described_stamp ? a : b,
    status: ranksHigher(a, b) ? a : b,
    decided: a.decided_stamp >= b.decided_stamp ? a : b,
    provider: a.provider_stamp >= b.provider_stamp ? a : b,
    error: a.error_stamp >= b.error_stamp ? a : b,
    rendered: a.rendered_stamp >= b.rendered_stamp ? a : b,
    cost: a.cost_stamp >= b.cost_stamp ? a : b,
  };
  const merged: Partial<Record<MessageColumnName, MessageRow[MessageColumnName]>> = {};
  for (const [name, { merge }] of messageColumnEntries) {
    if (merge === "key") merged[name] = a[name];
    else if (merge === "greatest" || merge === "least") merged[name] = extreme(merge, a[name], b[name]);
    else merged[name] = later[merge][name];
  }
  return merged as MessageRow;
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

type Value = MessageRow[MessageColumnName];

/** Null counts for nothing, as in the functions of the same names in Postgres. */
function extreme(which: "greatest" | "least", a: Value, b: Value): Value {
  if (a === null || b === null) return a ?? b;
  return a > b === (which === "greatest") ? a : b;
}
