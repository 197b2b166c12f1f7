import type { Reason } from "../message/reason.ts";

/** What one provider call came to. */
export type Answer =
  /** The provider took it. */
  | { readonly kind: "accepted"; readonly ref: string | null }
  /** The provider said no, by this code. */
  | { readonly kind: "refused"; readonly code: string; readonly retryAfterMs?: number }
  /** No connection was made, so nothing went out. */
  | { readonly kind: "unreached"; readonly code: string }
  /** Bytes may have gone out, and no answer came. */
  | { readonly kind: "unknown"; readonly code: string };

/** The code of a call whose answer came and could not be read, or whose adapter threw. */
export const unreadableAnswer = "UNREADABLE_ANSWER";

/** What a refusal means. */
export interface AnswerRow {
  /** `retry`: later. `refuse`: never. `halt`: the account or the channel is out of order, so all messages wait. */
  readonly act: "retry" | "refuse" | "halt";
  /** What it says, in words without an address. */
  readonly words: string;
  /** The reason code where the message ends by it. Default: unavailable for `retry`, rejected for `refuse`. */
  readonly reason?: Reason;
  /** Calls at most, where fewer (or more) than the sender's own bound. */
  readonly tries?: number;
  /** Wait at least, ms, doubled at each try. */
  readonly baseMs?: number;
  /** Whether it counts against the provider for the breaker. */
  readonly trouble?: boolean;
  /** The suppression that follows. Never set by an unknown code. */
  readonly suppress?: "hard_bounce" | "stop";
  /** Whether the target (a push token) is to be forgotten. */
  readonly prune?: boolean;
  /** Somebody must look at it. */
  readonly alert?: "P0" | "P1" | "P2";
}

/** What each code of a provider means, by the code. A code that has no row is retried and never suppresses. */
export type AnswerTable = Readonly<Record<string, AnswerRow>>;

const unknown: AnswerRow = {
  act: "retry",
  words: "Unknown answer",
  tries: 3,
  alert: "P2",
  reason: "COMMS_PROVIDER_REJECTED",
};

/** What any provider means by an HTTP status, where its table has no row for the code. */
const byStatus: ReadonlyMap<string, AnswerRow> = new Map([
  ["http_401", { act: "halt", words: "Credentials refused", alert: "P0" }],
  ["http_408", { act: "retry", words: "Request timeout", trouble: true }],
  ["http_429", { act: "retry", words: "Too many requests", trouble: true }],
]);

const serverError: AnswerRow = { act: "retry", words: "Server error", trouble: true };

/** The row of a code; of its class for `http_503` and the like; else a limited retry and an alert, never a suppression. */
export function rowOf(table: AnswerTable, code: string): AnswerRow {
  if (Object.hasOwn(table, code)) return table[code] ?? unknown;
  return code.startsWith("http_5") ? serverError : (byStatus.get(code) ?? unknown);
}

/**
 * The code to judge an answer by: the provider's own where its table has it, the HTTP status where that says more than an
 * unknown code (a 503 is trouble by whatever name), else the provider's own all the same.
 */
export function codeOfAnswer(table: AnswerTable, own: string | undefined, status: number): string {
  if (own && Object.hasOwn(table, own)) return own;
  const general = `http_${status}`;
  return !own || byStatus.has(general) || status >= 500 ? general : own;
}

/** What an unreached provider means: safe to try again. */
export const unreachedRow: AnswerRow = { act: "retry", words: "No connection was made", trouble: true };
