import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import { isRowRefusal } from "#shared/platform/postgres/row-refusal.ts";
import { poison } from "./decode.ts";

const done: Outcome = { kind: "emit", outputs: [] };

/**
 * Writes all at once. If Postgres refuses them, bisects them until each that it refuses stands alone: that one becomes a
 * dead letter, its neighbours are written. `write` is called again with what it may have written in part, in the same
 * order, so it must be idempotent. Returns one outcome for each, in order; an error that is no refusal is thrown on.
 */
export async function bisectWrite<One>(
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
    return [...(await bisectWrite(all.slice(0, middle), write)), ...(await bisectWrite(all.slice(middle), write))];
  }
}

/**
 * Writes what was read of a batch, and bisects as above. A string is no value: it says why its record cannot be written.
 * It is not given to `write`, and `refuse` makes its outcome. Returns one outcome for each, in order.
 */
export async function writeReads<Read>(
  reads: readonly Read[],
  write: (some: readonly Exclude<Read, string>[]) => Promise<void>,
  refuse: (why: string) => Outcome,
): Promise<readonly Outcome[]> {
  const outcomes = await bisectWrite(reads, (some) => write(some.filter(isValue)));
  return outcomes.map((outcome, at) => {
    const one = reads[at];
    return typeof one === "string" ? refuse(one) : outcome;
  });
}

function isValue<Read>(one: Read): one is Exclude<Read, string> {
  return typeof one !== "string";
}
