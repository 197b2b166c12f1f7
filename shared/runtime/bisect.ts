import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import { isRowRefusal } from "#shared/platform/postgres/row-refusal.ts";
import { poison } from "./decode.ts";

const done: Outcome = { kind: "emit", outputs: [] };

/**
 * Writes all at once. Where Postgres refuses them, halves them until each that it refuses stands alone: that one is
 * rejected, its neighbours are written. `write` is called again with what it may have written in part, in the same order,
 * so it must be idempotent. One outcome for each, in order; whatever is no refusal is thrown on.
 */
export async function writeBisecting<One>(
  all: readonly One[],
  write: (some: readonly One[]) => Promise<void>,
): Promise<readonly Outcome[]> {
  try {
    if (all.length > 0) await write(all);
    return all.map(() => done);
  } catch (error) {
    if (!isRowRefusal(error)) throw error;
    if (all.length === 1) return [poison(`The tables refuse it, SQLSTATE ${codeOf(error)}`)];
    const middle = all.length >> 1;
    return [
      ...(await writeBisecting(all.slice(0, middle), write)),
      ...(await writeBisecting(all.slice(middle), write)),
    ];
  }
}

/**
 * Writes what was read of a batch, by halves as above. A string is no value but why its record cannot be written: it is not
 * given to `write`, and its outcome is what `refuse` makes of it. One outcome for each, in order.
 */
export async function writeReads<Read>(
  reads: readonly Read[],
  write: (some: readonly Exclude<Read, string>[]) => Promise<void>,
  refuse: (why: string) => Outcome,
): Promise<readonly Outcome[]> {
  const outcomes = await writeBisecting(reads, (some) => write(some.filter(isValue)));
  return outcomes.map((outcome, at) => {
    const one = reads[at];
    return typeof one === "string" ? refuse(one) : outcome;
  });
}

function isValue<Read>(one: Read): one is Exclude<Read, string> {
  return typeof one !== "string";
}
