import type { Accepted } from "#shared/contracts/records.ts";
import type { MsgId } from "#shared/domain/message/id.ts";
import type { StageProcessor } from "#shared/runtime/processor.ts";
import type { Dedupe } from "#shared/state/dedupe/dedupe.ts";
import { applyDedupe, decideRouting } from "./core/decide.ts";
import type { GateEvaluation } from "./core/gate-evaluation.ts";
import { routingOutcome } from "./core/outcome.ts";
import type { Encode } from "./core/records.ts";
import { claimKeys, type Lookups, lookUp } from "./gather.ts";

export interface RouterParts extends Lookups {
  readonly dedupe: Dedupe;
  /** Frames what the scheduler will give back. */
  readonly encode: Encode;
}

/** What the gates made of a record, and who holds the dedupe keys of its messages. */
export interface RouterFacts {
  readonly rulings: readonly GateEvaluation[];
  readonly owners: ReadonlyMap<MsgId, string>;
}

/**
 * Looks up, asks the gates, claims. The gates are asked while gathering, as only a message that goes on may claim its
 * dedupe key: one that is blocked must not stop the next.
 */
export function createRouter(parts: RouterParts): StageProcessor<Accepted, RouterFacts> {
  return {
    kind: "stage",
    name: "router",
    inputs: ["comms.accepted", "comms.accepted.bulk"],
    gather: async (batch, now) => {
      const records = batch.map(({ value }) => value);
      const facts = await lookUp(records, parts);
      const judged = records.map((accepted, i) => {
        const given = facts[i];
        return { accepted, rulings: given ? decideRouting(accepted, given, now) : [] };
      });
      const owners = await claimKeys(judged, parts.dedupe, now);
      return judged.map(({ rulings }) => ({ rulings, owners }));
    },
    decide: ({ value }, { rulings, owners }, now) =>
      routingOutcome(value, applyDedupe(rulings, owners), { now, encode: parts.encode }),
  };
}
