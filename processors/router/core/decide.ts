import type { Accepted } from "#shared/contracts/records.ts";
import type { MsgId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { selectorOf } from "./channel-selectors.ts";
import { evaluateGates } from "./evaluate-gates.ts";
import type { RoutingFacts } from "./facts.ts";
import { appendGate, type GateEvaluation, goesOn } from "./gate-evaluation.ts";
import { dedupe } from "./gates/dedupe.ts";

/** Evaluates the gates for every message of a record, before the owners of the dedupe keys are known. Total and pure. */
export function decideRouting(accepted: Accepted, facts: RoutingFacts, now: Instant): readonly GateEvaluation[] {
  return selectorOf(accepted.cause_event)(accepted, (channel) => evaluateGates(accepted, channel, { ...facts, now }));
}

/** Adds the dedupe gate once the keys are claimed. It leaves a dropped message as it is: that claimed no key. */
export function applyDedupe(
  evaluations: readonly GateEvaluation[],
  owners: ReadonlyMap<MsgId, string>,
): readonly GateEvaluation[] {
  return evaluations.map((evaluation) => {
    const owner = goesOn(evaluation) ? owners.get(evaluation.message.msgId) : undefined;
    return owner === undefined ? evaluation : appendGate(evaluation, ["dedupe", dedupe(evaluation.message, owner)]);
  });
}
