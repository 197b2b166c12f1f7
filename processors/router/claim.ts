import type { Accepted } from "#shared/contracts/records.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import {
  appendGate,
  type EvaluatedRecord,
  type GateEvaluation,
  goesOn,
  type RoutingResult,
} from "./core/gate-evaluation.ts";

/** A message that the gates and the earlier claims let through, now or later. */
export interface Claimant {
  readonly accepted: Accepted;
  readonly evaluation: GateEvaluation;
}

/**
 * A step after the gates: it takes something that only so many messages may have, such as a dedupe key. To add one, write
 * a file in `claims/` and a line in `main.ts`.
 */
export interface Claim {
  /** Its name in traces and metrics. */
  readonly gate: string;
  /**
   * Claims for all messages of a batch in one trip, and answers each in the order given. It may be called again with the
   * same messages, and answers alike. What it took stays taken if a later claim drops the message.
   */
  take(claimants: readonly Claimant[], now: Instant): Promise<readonly RoutingResult[]>;
}

/** Asks the claims in their order, one trip each; a claim is asked only for the messages that go on from the one before. */
export async function claim(
  batch: readonly EvaluatedRecord[],
  claims: readonly Claim[],
  now: Instant,
): Promise<readonly EvaluatedRecord[]> {
  let records = batch;
  for (const one of claims) records = await askClaim(one, records, now);
  return records;
}

async function askClaim(
  { gate, take }: Claim,
  batch: readonly EvaluatedRecord[],
  now: Instant,
): Promise<readonly EvaluatedRecord[]> {
  const claimants = batch.flatMap(({ accepted, evaluations }) =>
    evaluations.filter(goesOn).map((evaluation) => ({ accepted, evaluation })),
  );
  if (claimants.length === 0) return batch;
  const results = await take(claimants, now);
  if (results.length !== claimants.length)
    throw new Error(`${gate} answered for ${results.length} of ${claimants.length} messages`);
  const answers = new Map(claimants.map(({ evaluation }, i) => [evaluation, results[i]]));
  const withAnswer = (evaluation: GateEvaluation) => {
    const result = answers.get(evaluation);
    return result === undefined ? evaluation : appendGate(evaluation, [gate, result]);
  };
  return batch.map(({ accepted, evaluations }) => ({ accepted, evaluations: evaluations.map(withAnswer) }));
}
