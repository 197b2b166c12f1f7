import type { Headers } from "#shared/contracts/log-record.ts";
import type { Instant } from "../time/instant.ts";
import type { LedgerState } from "./ledger-entry.ts";

/** The header of an order that comes back while the result of its call is unknown: when that call began. */
const header = "comms-in-doubt-since";

/** The headers that carry a doubt over the log, so that it outlives the ledger; none where there is no doubt. */
export function writeDoubt(since: Instant | undefined): Readonly<Record<string, string>> {
  return since === undefined ? {} : { [header]: String(since) };
}

/** Since when an order is in doubt by its headers; undefined for none, and for what is no instant. */
export function readDoubt(headers: Headers): Instant | undefined {
  const [value] = [headers[header] ?? []].flat();
  const text = value?.toString("latin1") ?? "";
  return /^\d{13}$/.test(text) ? Number(text) : undefined;
}

/** What the ledger knows, or the order's own doubt where the ledger has no entry: it was wiped since. */
export function withDoubt(state: LedgerState, since: Instant | undefined, attempt: number): LedgerState {
  if (state.kind !== "free" || since === undefined) return state;
  return { kind: "ambiguous", owner: "", since, calls: Math.max(1, attempt - 1), crashes: 0 };
}
