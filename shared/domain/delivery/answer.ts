import type { Reason } from "../message/reason.ts";

/** The provider's answer to one call. */
export type Answer =
  /** The provider took it. */
  | { readonly kind: "accepted"; readonly ref: string | null }
  /** The provider refused it, with this code. */
  | { readonly kind: "refused"; readonly code: string; readonly retryAfterMs?: number }
  /** No connection was made, so nothing went out. */
  | { readonly kind: "unreached"; readonly code: string }
  /** Bytes may have gone out, and no answer came. */
  | { readonly kind: "unknown"; readonly code: string };

/** The code of a call whose answer came and could not be read, or whose adapter threw. */
export const unreadableAnswer = "UNREADABLE_ANSWER";

/** What a refusal code means. */
export interface AnswerRow {
  /** `retry`: later. `refuse`: never. `halt`: the account or the channel does not work, so all messages wait. */
  readonly act: "retry" | "refuse" | "halt";
  /** The refusal in a phrase without an address. */
  readonly description: string;
  /** The reason code of a message that ends with it. Default: unavailable for `retry`, rejected for `refuse`. */
  readonly reason?: Reason;
  /** The most calls, where the number differs from the sender's own bound. */
  readonly tries?: number;
  /** The least wait, ms; it doubles at each attempt. */
  readonly baseMs?: number;
  /** Whether the breaker counts it against the provider. */
  readonly isOutage?: boolean;
  /** The suppression that follows. Never set by an unknown code. */
  readonly suppress?: "hard_bounce" | "stop";
  /** Whether to remove the target (a push token). */
  readonly prune?: boolean;
  /** The alert that it raises. */
  readonly alert?: AlertLevel;
}

/** How urgent an alert is: P0 stops a channel, P2 is for working hours. */
export const alertLevels = ["P0", "P1", "P2"] as const;

/** One of `alertLevels`. */
export type AlertLevel = (typeof alertLevels)[number];

/** Of a row whose fault is in our set-up and does not meet every recipient: the message waits some eight hours for a remedy. */
export const setupFault = {
  act: "retry",
  baseMs: 15 * 60_000,
  tries: 32,
  alert: "P1",
} as const satisfies Partial<AnswerRow>;

/** A row for each code of a provider. A code without a row is retried and never suppresses. */
export type AnswerTable = Readonly<Record<string, AnswerRow>>;

const unknown: AnswerRow = {
  act: "retry",
  description: "Unknown answer",
  tries: 3,
  alert: "P2",
  reason: "COMMS_PROVIDER_REJECTED",
};

/** What an HTTP status, or a proxy's no, means at any provider whose table has no row for the code. */
const byStatus: ReadonlyMap<string, AnswerRow> = new Map([
  ["http_401", { act: "halt", description: "Credentials refused", alert: "P0" }],
  ["http_404", { act: "halt", description: "Nothing is at the provider's address", alert: "P0" }],
  ["http_405", { act: "halt", description: "Nothing is at the provider's address", alert: "P0" }],
  ["http_407", { act: "halt", description: "A proxy refuses us", alert: "P0" }],
  [
    "PROXY_AUTHENTICATION",
    { act: "halt", description: "The proxy wants a user and a password, or others", alert: "P0" },
  ],
  ["PROXY_REFUSED", { act: "halt", description: "The proxy does not let us through to the provider", alert: "P0" }],
  // A wrong clock, a right that was taken away, a firewall's page: a fault of the account, and of no message.
  ["http_403", { act: "halt", description: "Access refused", alert: "P0" }],
  ["http_408", { act: "retry", description: "Request timeout", isOutage: true }],
  ["http_429", { act: "retry", description: "Too many requests", isOutage: true }],
]);

/** A redirect leads to a login page of a proxy, or to an address that has moved: for every message alike. */
const redirected: AnswerRow = { act: "halt", description: "Redirected, which no call follows", alert: "P0" };
const serverError: AnswerRow = { act: "retry", description: "Server error", isOutage: true };

/** The row of a code, or of its class (`http_503`); otherwise a limited retry and an alert, never a suppression. */
export function rowOf(table: AnswerTable, code: string): AnswerRow {
  if (Object.hasOwn(table, code)) return table[code] ?? unknown;
  if (code.startsWith("http_3")) return redirected;
  return code.startsWith("http_5") ? serverError : (byStatus.get(code) ?? unknown);
}

/** Whether a status refuses us, and no message: whatever code stands beside it, the account is out of order. */
export function isAccessRefused(status: number): boolean {
  return status === 401 || status === 403;
}

/**
 * The code that classifies an answer: the provider's own if its table has it; the HTTP status if that says more than an
 * unknown code (a 503 is an outage under any name, and a redirect is no answer of the provider's), or than one that would
 * charge a refused access to a message; otherwise the provider's own code.
 */
export function codeOfAnswer(table: AnswerTable, own: string | undefined, status: number): string {
  const general = `http_${status}`;
  if (isAccessRefused(status) && (!own || rowOf(table, own).act !== "halt")) return general;
  if (own && Object.hasOwn(table, own)) return own;
  return !own || byStatus.has(general) || status < 400 || status >= 500 ? general : own;
}

/** The row of a provider that was not reached: it is safe to try again. */
export const unreachedRow: AnswerRow = { act: "retry", description: "No connection was made", isOutage: true };
