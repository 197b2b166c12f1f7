import type { Answer, AnswerRow, AnswerTable } from "./answer.ts";
import { rowOf, unreachedRow } from "./answer.ts";

/** The result of all calls of one message, taken together. */
export type CallResult =
  | { readonly kind: "sent"; readonly ref: string | null }
  | { readonly kind: "ambiguous"; readonly code: string }
  | {
      readonly kind: "retry" | "refuse" | "halt";
      readonly code: string;
      readonly row: AnswerRow;
      readonly retryAfterMs: number;
    };

const weight = { halt: 0, retry: 1, refuse: 2 } as const;

/** The row of an answer that refuses the message or never reached the provider; otherwise undefined. */
export function rowOfAnswer(table: AnswerTable, answer: Answer): AnswerRow | undefined {
  if (answer.kind === "refused") return rowOf(table, answer.code);
  return answer.kind === "unreached" ? unreachedRow : undefined;
}

/** Whether an answer counts against the provider: no answer, no connection, or a row that says so. */
export function isProviderFailure(table: AnswerTable, answer: Answer): boolean {
  if (answer.kind === "accepted") return false;
  return answer.kind === "unknown" || rowOfAnswer(table, answer)?.isOutage === true;
}

/**
 * Combines the answers of a message that goes to several devices. The message is sent once one device has taken it, and
 * the others are not tried again. It is ambiguous while one device may have taken it. It is refused only if no device
 * took it; then a halt wins over a retry, and a retry over a refusal. A retry never reaches a device that took the message.
 */
export function combine(table: AnswerTable, answers: readonly Answer[]): CallResult {
  const accepted = answers.find((answer) => answer.kind === "accepted");
  if (accepted) return { kind: "sent", ref: accepted.ref };
  const unknown = answers.find((answer) => answer.kind === "unknown");
  if (unknown) return { kind: "ambiguous", code: unknown.code };
  const refusals = answers.flatMap((answer) => refusalOf(table, answer));
  const worst = refusals.toSorted((a, b) => weight[a.kind] - weight[b.kind])[0];
  if (!worst) throw new RangeError("A message without a target has no answers");
  return { ...worst, retryAfterMs: Math.max(...refusals.map(({ retryAfterMs }) => retryAfterMs)) };
}

type Refusal = Extract<CallResult, { readonly row: AnswerRow }>;

function refusalOf(table: AnswerTable, answer: Answer): readonly Refusal[] {
  const row = rowOfAnswer(table, answer);
  if (!row || answer.kind === "accepted") return [];
  const retryAfterMs = answer.kind === "refused" ? (answer.retryAfterMs ?? 0) : 0;
  return [{ kind: row.act, code: answer.code, row, retryAfterMs }];
}
