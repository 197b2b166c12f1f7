import type { Accepted, GateTrace } from "#shared/contracts/records.ts";
import { type Deferral, type GateResult, isPassed, traceOf } from "#shared/domain/policy/gate-result.ts";
import type { TemplateChoice } from "#shared/domain/template/template-choice.ts";
import type { Message } from "./message.ts";

/** What a gate of the router may answer. Only a sender holds. */
export type RoutingResult = GateResult<"PASS" | "BYPASS" | "DROP" | "DIGEST" | "DEFER">;

/** The answers of all gates for one message, and the answer that decides. */
export interface GateEvaluation {
  readonly message: Message;
  readonly result: RoutingResult;
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

/** One record, with an evaluation for each of its messages. */
export interface EvaluatedRecord {
  readonly accepted: Accepted;
  readonly evaluations: readonly GateEvaluation[];
}

/** A gate's name and its result. */
export type RoutingAnswer = readonly [gate: string, result: RoutingResult];

/** A verdict with a lower number decides over those with a higher one. */
const precedence = { DROP: 0, DIGEST: 1, DEFER: 1, BYPASS: 2, PASS: 3 } as const satisfies Record<
  RoutingResult["verdict"],
  number
>;

/** The answer that decides: the first drop, else the first that defers or collects, else the first bypass, else the last. */
export function decisiveAnswer(answers: readonly RoutingAnswer[]): RoutingAnswer {
  const [first] = answers;
  const last = answers.at(-1);
  if (!first || !last) throw new Error("A gate evaluation needs at least one gate");
  const decisive = answers.reduce((best, answer) => (outranks(answer, best) ? answer : best), first);
  return decisive[1].verdict === "PASS" ? last : decisive;
}

function outranks([, { verdict }]: RoutingAnswer, [, other]: RoutingAnswer): boolean {
  return precedence[verdict] < precedence[other.verdict];
}

/** Whether the message goes out, now or later; only such a message may hold a dedupe key. */
export function goesOn(evaluation: GateEvaluation): boolean {
  return evaluation.result.verdict !== "DROP";
}

/** An evaluation of a message that waits for the time that its producer asked for. */
export type ScheduledEvaluation = GateEvaluation & { readonly result: Deferral & { readonly kind: "send_at" } };

/** Whether the message waits for the time that its producer asked for: until then it takes nothing and is held against nothing. */
export function isScheduled(evaluation: GateEvaluation): evaluation is ScheduledEvaluation {
  return evaluation.result.verdict === "DEFER" && evaluation.result.kind === "send_at";
}

/** Adds a gate at the end. Its answer decides only if it takes precedence: a drop does, a further pass does not. */
export function appendGate(evaluation: GateEvaluation, last: RoutingAnswer): GateEvaluation {
  const trace = [...evaluation.trace, traceOf(last)];
  const [gate, result] = last;
  const isDecisive = outranks(last, [evaluation.gate, evaluation.result]);
  return isDecisive ? { ...evaluation, gate, result, trace } : { ...evaluation, trace };
}

/** Adds a gate in front. Its answer decides only if the message passes all others. */
export function prependGate(first: RoutingAnswer, evaluation: GateEvaluation): GateEvaluation {
  const trace = [traceOf(first), ...evaluation.trace];
  const [gate, result] = first;
  return isPassed(evaluation.result) ? { ...evaluation, gate, result, trace } : { ...evaluation, trace };
}
