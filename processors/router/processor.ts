import type { Accepted } from "#shared/contracts/records.ts";
import type { MsgId } from "#shared/domain/message/id.ts";
import type { StageProcessor } from "#shared/runtime/processor.ts";
import type { Dedupe } from "#shared/state/dedupe/dedupe.ts";
import { applyDedupe, decideRouting } from "./core/decide.ts";
import type { RoutingFacts } from "./core/facts.ts";
import type { GateEvaluation } from "./core/gate-evaluation.ts";
import { routingOutcome } from "./core/outcome.ts";
import type { Encode } from "./core/records.ts";
import { claimKeys, type Lookups, lookUp } from "./gather.ts";

export interface RouterParts extends Lookups {
  readonly dedupe: Dedupe;
  /** Encodes the record that the scheduler will give back. */
  readonly encode: Encode;
}

/** The gate evaluations of a record, and the owners of its messages' dedupe keys. */
export interface RouterFacts {
  readonly evaluations: readonly GateEvaluation[];
  readonly owners: ReadonlyMap<MsgId, string>;
}

/**
 * Looks up a batch, evaluates the gates, applies the dedupe, and writes the outcome. The gates run while gathering,
 * because only a message that goes on may claim its dedupe key: a blocked message must not stop the next one.
 */
export function createRouter(parts: RouterParts): StageProcessor<Accepted, RouterFacts> {
  return {
    kind: "stage",
    name: "router",
    inputs: ["comms.accepted", "comms.accepted.bulk"],
    gather: async (batch, now) => {
      const records = batch.map(({ value }) => value);
      const facts = await lookUp(records, parts);
      const evaluate = (accepted: Accepted, found: RoutingFacts | undefined) =>
        found ? decideRouting(accepted, found, now) : [];
      const evaluated = records.map((accepted, i) => ({ accepted, evaluations: evaluate(accepted, facts[i]) }));
      const owners = await claimKeys(evaluated, parts.dedupe, now);
      return evaluated.map(({ evaluations }) => ({ evaluations, owners }));
    },
    decide: ({ value: accepted }, { evaluations, owners }, now) =>
      routingOutcome(accepted, applyDedupe(evaluations, owners), { now, encode: parts.encode }),
  };
}
