import type { GateTrace } from "#shared/contracts/records.ts";
import type { TemplateChoice } from "./facts.ts";
import type { GateResult } from "./gate-result.ts";
import type { Message } from "./message.ts";

/** What the gates made of one message. */
export interface GateEvaluation {
  readonly message: Message;
  readonly result: GateResult;
  /** The gate that settled it. */
  readonly gate: string;
  /** Every gate in order, those after the one that settled it included. */
  readonly trace: readonly GateTrace[];
  readonly template: TemplateChoice | undefined;
  readonly locale: string | undefined;
  readonly addressHash: string | null;
  /** The person's zone, by which quiet hours and digests are reckoned. */
  readonly tz: string;
}

/** One gate's name and verdict. */
export type GateAnswer = readonly [gate: string, verdict: GateResult];

/** The first no for good settles it, else the first that puts it off, else the first bypass, else the last gate. */
export function decisiveAnswer(judged: readonly GateAnswer[]): GateAnswer {
  const of = (...kinds: readonly GateResult["verdict"][]) => judged.find(([, { verdict }]) => kinds.includes(verdict));
  const found = of("DROP") ?? of("DIGEST", "DEFER") ?? of("BYPASS") ?? judged.at(-1);
  if (!found) throw new Error("A ruling needs a gate");
  return found;
}

export function traceOf([gate, verdict]: GateAnswer): GateTrace {
  return {
    gate,
    verdict: verdict.verdict,
    reason: verdict.verdict === "PASS" ? null : verdict.reason,
    detail: verdict.detail,
  };
}

/** Whether the message goes out, now or later; only then does it hold its dedupe key. */
export function goesOn(ruling: GateEvaluation): boolean {
  return ruling.result.verdict !== "DROP";
}

/** The ruling with one more gate at its end, which counts only when it says no. */
export function appendGate(ruling: GateEvaluation, last: GateAnswer): GateEvaluation {
  const trace = [...ruling.trace, traceOf(last)];
  const [gate, outcome] = last;
  return outcome.verdict === "DROP" ? { ...ruling, gate, result: outcome, trace } : { ...ruling, trace };
}

/** The ruling with an earlier judgement in front, which counts when the message passes. */
export function prependGate(first: GateAnswer, ruling: GateEvaluation): GateEvaluation {
  const trace = [traceOf(first), ...ruling.trace];
  const [gate, outcome] = first;
  const passes = ruling.result.verdict === "PASS" || ruling.result.verdict === "BYPASS";
  return passes ? { ...ruling, gate, result: outcome, trace } : { ...ruling, trace };
}
