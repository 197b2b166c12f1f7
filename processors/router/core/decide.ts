import type { Accepted } from "#shared/contracts/records.ts";
import type { MsgId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { selectorOf } from "./channel-selectors.ts";
import { evaluateGates } from "./evaluate-gates.ts";
import type { RoutingFacts } from "./facts.ts";
import { appendGate, type GateEvaluation, goesOn } from "./gate-evaluation.ts";
import { dedupe } from "./gates/dedupe.ts";

/** What every message of a record comes to, before anybody knows whose dedupe key it is. Total and pure. */
export function decideRouting(accepted: Accepted, facts: RoutingFacts, now: Instant): readonly GateEvaluation[] {
  return selectorOf(accepted.cause_event)(accepted, (channel) => evaluateGates(accepted, channel, facts, now));
}

/** The same once the keys are claimed. A message that was dropped claimed none, and is not asked. */
export function applyDedupe(
  rulings: readonly GateEvaluation[],
  owners: ReadonlyMap<MsgId, string>,
): readonly GateEvaluation[] {
  return rulings.map((ruling) => {
    const owner = goesOn(ruling) ? owners.get(ruling.message.msgId) : undefined;
    return owner === undefined ? ruling : appendGate(ruling, ["dedupe", dedupe(ruling.message, owner)]);
  });
}
