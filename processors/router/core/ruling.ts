import type { GateTrace } from "#shared/contracts/records.ts";
import type { TemplateChoice } from "./facts.ts";
import type { Message } from "./message.ts";
import type { Verdict } from "./verdict.ts";

/** What the gates made of one message. */
export interface Ruling {
  readonly message: Message;
  readonly outcome: Verdict;
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
export type Judged = readonly [gate: string, verdict: Verdict];

/** The first no for good settles it, else the first that puts it off, else the first bypass, else the last gate. */
export function settledBy(judged: readonly Judged[]): Judged {
  const of = (...kinds: readonly Verdict["verdict"][]) => judged.find(([, { verdict }]) => kinds.includes(verdict));
  const found = of("DROP") ?? of("DIGEST", "DEFER") ?? of("BYPASS") ?? judged.at(-1);
  if (!found) throw new Error("A ruling needs a gate");
  return found;
}

export function traceOf([gate, verdict]: Judged): GateTrace {
  return {
    gate,
    verdict: verdict.verdict,
    reason: verdict.verdict === "PASS" ? null : verdict.reason,
    detail: verdict.detail,
  };
}

/** Whether the message goes out, now or later; only then does it hold its dedupe key. */
export function goesOn(ruling: Ruling): boolean {
  return ruling.outcome.verdict !== "DROP";
}

/** The ruling with one more gate at its end, which counts only when it says no. */
export function judgedLast(ruling: Ruling, last: Judged): Ruling {
  const trace = [...ruling.trace, traceOf(last)];
  const [gate, outcome] = last;
  return outcome.verdict === "DROP" ? { ...ruling, gate, outcome, trace } : { ...ruling, trace };
}

/** The ruling with an earlier judgement in front, which counts when the message passes. */
export function judgedFirst(first: Judged, ruling: Ruling): Ruling {
  const trace = [traceOf(first), ...ruling.trace];
  const [gate, outcome] = first;
  const passes = ruling.outcome.verdict === "PASS" || ruling.outcome.verdict === "BYPASS";
  return passes ? { ...ruling, gate, outcome, trace } : { ...ruling, trace };
}
