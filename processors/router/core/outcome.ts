import type { Output } from "#shared/contracts/output.ts";
import type { Accepted } from "#shared/contracts/records.ts";
import { laneTopic } from "#shared/contracts/topics.ts";
import { personKey } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { GateEvaluation } from "./gate-evaluation.ts";
import { decisionOf, digestItemOf, type Encode, routedOf, scheduleItemOf } from "./records.ts";

interface Given {
  readonly now: Instant;
  readonly encode: Encode;
}

/** What the router writes for one record: a decision for each message, and what follows from it. */
export function routingOutcome(accepted: Accepted, rulings: readonly GateEvaluation[], given: Given): Outcome {
  const outputs = rulings.flatMap((ruling) => outputsOf(accepted, ruling, given));
  const { result: outcome } = headline(rulings) ?? {};
  if (outcome?.verdict === "DROP") return { kind: "drop", reason: outcome.reason, outputs };
  if (outcome?.verdict === "DEFER" || outcome?.verdict === "DIGEST")
    return { kind: "defer", reason: outcome.reason, outputs };
  return { kind: "emit", outputs };
}

/** A record is named after its best message: one that goes, else one that waits, else the first that was dropped. */
function headline(rulings: readonly GateEvaluation[]): GateEvaluation | undefined {
  const of = (...kinds: readonly string[]) => rulings.find(({ result: outcome }) => kinds.includes(outcome.verdict));
  return of("PASS", "BYPASS") ?? of("DEFER", "DIGEST") ?? rulings[0];
}

function outputsOf(accepted: Accepted, ruling: GateEvaluation, given: Given): readonly Output[] {
  const key = personKey(accepted.tenant_id, accepted.user_id);
  const decision: Output = { topic: "comms.decisions", key, value: decisionOf(accepted, ruling, given.now) };
  return [decision, ...following(accepted, ruling, given)];
}

/** What a decision leads to; nothing, for a message that was dropped. */
function following(accepted: Accepted, ruling: GateEvaluation, given: Given): readonly Output[] {
  const key = personKey(accepted.tenant_id, accepted.user_id);
  const { result: outcome } = ruling;
  if (outcome.verdict === "DROP") return [];
  if (outcome.verdict === "DEFER") {
    return [{ topic: "comms.schedule", key, value: scheduleItemOf(accepted, ruling, outcome, given) }];
  }
  if (outcome.verdict === "DIGEST") {
    return [{ topic: "comms.digest", key, value: digestItemOf(accepted, ruling, outcome.cadence, given.now) }];
  }
  const topic = laneTopic("comms.routed", accepted.lane);
  return [{ topic, key, value: routedOf(accepted, ruling, given.now) } as Output];
}
