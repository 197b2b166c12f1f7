import type { Output } from "#shared/contracts/output.ts";
import type { Accepted } from "#shared/contracts/records.ts";
import { laneTopic } from "#shared/contracts/topics.ts";
import { personKey } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { type GateEvaluation, isScheduled, type ScheduledEvaluation } from "./gate-evaluation.ts";
import { decisionOf, digestItemOf, recordItemOf, routedOf, scheduleItemOf, type WriteContext } from "./records.ts";

/** The outcome of one record: a decision for each message, and the record that follows from it. */
export function toOutcome(accepted: Accepted, evaluations: readonly GateEvaluation[], context: WriteContext): Outcome {
  const outputs = [
    ...evaluations.flatMap((evaluation) => outputsOf(accepted, evaluation, context)),
    ...waitTogether(accepted, evaluations.filter(isScheduled), context),
  ];
  const result = bestOf(evaluations)?.result;
  if (result?.verdict === "DROP") return { kind: "drop", reason: result.reason, outputs };
  if (result?.verdict === "DEFER" || result?.verdict === "DIGEST")
    return { kind: "defer", reason: result.reason, outputs };
  return { kind: "emit", outputs };
}

/** The message that names the outcome: the first that goes, else the first that waits, else the first that was dropped. */
function bestOf(evaluations: readonly GateEvaluation[]): GateEvaluation | undefined {
  const first = (...verdicts: readonly string[]) => evaluations.find(({ result }) => verdicts.includes(result.verdict));
  return first("PASS", "BYPASS") ?? first("DEFER", "DIGEST") ?? evaluations[0];
}

function outputsOf(accepted: Accepted, evaluation: GateEvaluation, context: WriteContext): readonly Output[] {
  const key = personKey(accepted.tenant_id, accepted.user_id);
  const decision: Output = { topic: "comms.decisions", key, value: decisionOf(accepted, evaluation, context.now) };
  return [decision, ...followUp(accepted, evaluation, context)];
}

/**
 * The item of a record whose messages wait for their producer's time. The record comes back whole: its channels are chosen
 * then, one in place of another where that is closed.
 */
function waitTogether(
  accepted: Accepted,
  evaluations: readonly ScheduledEvaluation[],
  context: WriteContext,
): readonly Output[] {
  if (evaluations.length === 0) return [];
  const key = personKey(accepted.tenant_id, accepted.user_id);
  return [{ topic: "comms.schedule", key, value: recordItemOf(accepted, evaluations, context) }];
}

/** The record that follows from a decision; none for a message that was dropped, or that waits with the others of its record. */
function followUp(accepted: Accepted, evaluation: GateEvaluation, context: WriteContext): readonly Output[] {
  const key = personKey(accepted.tenant_id, accepted.user_id);
  const { result } = evaluation;
  if (result.verdict === "DROP" || isScheduled(evaluation)) return [];
  if (result.verdict === "DEFER") {
    return [{ topic: "comms.schedule", key, value: scheduleItemOf(accepted, { ...evaluation, result }, context) }];
  }
  if (result.verdict === "DIGEST") {
    return [{ topic: "comms.digest", key, value: digestItemOf(accepted, { ...evaluation, result }, context.now) }];
  }
  const topic = laneTopic("comms.routed", accepted.lane);
  return [{ topic, key, value: routedOf(accepted, evaluation, context.now) } as Output];
}
