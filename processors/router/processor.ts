import type { Accepted } from "#shared/contracts/records.ts";
import { writtenValues } from "#shared/domain/outcome/written-values.ts";
import type { StageProcessor } from "#shared/runtime/processor.ts";
import type { Dedupe } from "#shared/state/dedupe/dedupe.ts";
import { type Claim, claim } from "./claim.ts";
import { evaluateGates } from "./core/evaluate-gates.ts";
import type { EvaluatedRecord } from "./core/gate-evaluation.ts";
import type { Encode } from "./core/records.ts";
import { toOutcome } from "./core/to-outcome.ts";
import { type LookupParts, lookup } from "./lookup.ts";

export interface RouterParts extends LookupParts {
  /** What a message must claim after the gates, in this order. */
  readonly claims: readonly Claim[];
  /** Keeps what was claimed, once the log holds the decisions. */
  readonly dedupe: Pick<Dedupe, "keep">;
  /** Encodes the record that the scheduler will give back. */
  readonly encode: Encode;
}

/**
 * Looks up a batch, evaluates the gates for each message, claims for those that go on, and writes the outcome. The gates
 * run while gathering, because only a message that goes on may claim: a blocked one must not stop the next.
 */
export function createRouter(parts: RouterParts): StageProcessor<Accepted, EvaluatedRecord> {
  return {
    kind: "stage",
    name: "router",
    inputs: ["comms.accepted", "comms.accepted.bulk"],
    gather: async (batch, now) => {
      const found = await lookup(batch, parts);
      const evaluated = found.map(({ accepted, facts }) => ({
        accepted,
        evaluations: evaluateGates(accepted, facts, now),
      }));
      return claim(evaluated, parts.claims, now);
    },
    decide: ({ value: accepted }, { evaluations }, now) =>
      toOutcome(accepted, evaluations, { now, encode: parts.encode }),
    afterWrite: (outcomes, now) => parts.dedupe.keep(writtenValues(outcomes, "comms.decisions"), now),
  };
}
