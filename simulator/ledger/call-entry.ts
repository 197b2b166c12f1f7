import type { ProviderName } from "../core/call.ts";
import type { FaultKind } from "../faults/fault.ts";

/** One call that a provider's double received; one JSON object a line in the ledger's file. */
export interface CallEntry {
  readonly call_id: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The same time in milliseconds since 1970. */
  readonly time_ms: number;
  readonly provider: ProviderName;
  readonly operation: string;
  readonly channel: "email" | "push" | "sms";
  /** The first recipient: an address, a token, a number. Absent if the call names none. */
  readonly recipient?: string;
  /** All of them, if there is more than one. */
  readonly recipients?: readonly string[];
  readonly msg_id?: string;
  readonly tenant?: string;
  readonly body_sha256: string;
  readonly body_bytes: number;
  /** The status that was answered, or would have been; 0 if the connection was dropped before the call was accepted. */
  readonly status: number;
  /** `accepted` if a message was taken, `ok` for another success, `reset`, or the provider's error code. */
  readonly outcome: string;
  readonly provider_ref?: string;
  readonly fault?: FaultKind;
}

/** What to look for. A field that is absent matches everything. */
export interface LedgerFilter {
  readonly provider?: string | undefined;
  readonly operation?: string | undefined;
  readonly channel?: string | undefined;
  readonly recipient?: string | undefined;
  readonly msg_id?: string | undefined;
  readonly tenant?: string | undefined;
  readonly outcome?: string | undefined;
  readonly fault?: string | undefined;
  /** At or after this time, in milliseconds since 1970. */
  readonly since?: number | undefined;
}

/** Whether an entry is one of those that the filter asks for. Every recipient of the call counts. */
export function matchesEntry(entry: CallEntry, filter: LedgerFilter): boolean {
  const { recipient, since, ...exact } = filter;
  if (since !== undefined && entry.time_ms < since) return false;
  if (recipient !== undefined && !recipientsOf(entry).includes(recipient)) return false;
  return Object.entries(exact).every(
    ([field, value]) => value === undefined || entry[field as keyof typeof exact] === value,
  );
}

function recipientsOf(entry: CallEntry): readonly string[] {
  return entry.recipients ?? (entry.recipient === undefined ? [] : [entry.recipient]);
}
