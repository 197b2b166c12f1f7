import type { GateTrace } from "#shared/contracts/records.ts";
import type { TemplateChoice } from "./facts.ts";
import type { GateResult } from "./gate-result.ts";
import type { Message } from "./message.ts";

/** The answers of all gates for one message, and the answer that decides. */
export interface GateEvaluation {
  readonly message: Message;
  readonly result: GateResult;
  /** The gate whose answer decides. */
  readonly gate: string;
  /** Every gate in order, including those after the one that decides. */
  readonly trace: readonly GateTrace[];
  readonly template: TemplateChoice | undefined;
  readonly locale: string | undefined;
  readonly addressHash: string | null;
  /** The person's time zone, for quiet hours and digests. */
  readonly tz: string;
}

/** A gate's name and its result. */
export type GateAnswer = readonly [gate: string, result: GateResult];

/** The answer that decides: the first drop, else the first that defers or collects, else the first bypass, else the last. */
export function decisiveAnswer(answers: readonly GateAnswer[]): GateAnswer {
  const first = (...verdicts: readonly GateResult["verdict"][]) =>
    answers.find(([, { verdict }]) => verdicts.includes(verdict));
  const decisive = first("DROP") ?? first("DIGEST", "DEFER") ?? first("BYPASS") ?? answers.at(-1);
  if (!decisive) throw new Error("A gate evaluation needs at least one gate");
  return decisive;
}

export function traceOf([gate, result]: GateAnswer): GateTrace {
  const { verdict, detail } = result;
  return { gate, verdict, reason: result.verdict === "PASS" ? null : result.reason, detail };
}

/** Whether the message goes out, now or later; only such a message holds its dedupe key. */
export function goesOn(evaluation: GateEvaluation): boolean {
  return evaluation.result.verdict !== "DROP";
}

/** Adds a gate at the end. Its answer decides only if it drops the message. */
export function appendGate(evaluation: GateEvaluation, last: GateAnswer): GateEvaluation {
  const trace = [...evaluation.trace, traceOf(last)];
  const [gate, result] = last;
  return result.verdict === "DROP" ? { ...evaluation, gate, result, trace } : { ...evaluation, trace };
}

/** Adds a gate in front. Its answer decides only if the message passes all others. */
export function prependGate(first: GateAnswer, evaluation: GateEvaluation): GateEvaluation {
  const trace = [traceOf(first), ...evaluation.trace];
  const [gate, result] = first;
  const isPassed = evaluation.result.verdict === "PASS" || evaluation.result.verdict === "BYPASS";
  return isPassed ? { ...evaluation, gate, result, trace } : { ...evaluation, trace };
}
