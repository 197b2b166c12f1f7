import { Watermark } from "#shared/runtime/records/watermark.ts";
import { seeded } from "#tests/support/seeded.ts";
import type { SimulationResult } from "./simulation-result.ts";

/**
 * Offsets with gaps begin in rising order and end in an order drawn from the seed, some of them never. After each step the
 * watermark must be one past the last offset below which all is done, by a model that looks at all of them.
 */
export async function watermarkProblems(seed: number): Promise<SimulationResult> {
  const random = seeded(seed);
  const watermark = new Watermark();
  const begun: { readonly offset: number; done: boolean; readonly endless: boolean }[] = [];
  const problems: string[] = [];
  const steps = 400 + Math.floor(random() * 4_000);
  let next = Math.floor(random() * 1_000);
  for (let step = 0; step < steps && problems.length === 0; step++) {
    const open = begun.filter(({ done, endless }) => !done && !endless);
    if (open.length === 0 || random() < 0.5) {
      begun.push({ offset: next, done: false, endless: random() < 0.0005 });
      watermark.begin(next);
      // Compaction and markers leave gaps.
      next += random() < 0.1 ? 1 + Math.floor(random() * 5) : 1;
    } else {
      const one = open[Math.floor(random() * open.length)] as (typeof open)[number];
      one.done = true;
      watermark.done(one.offset);
    }
    const firstOpen = begun.findIndex(({ done }) => !done);
    const below = firstOpen < 0 ? begun.at(-1) : begun[firstOpen - 1];
    const expected = below === undefined ? undefined : below.offset + 1;
    if (watermark.position !== expected) problems.push(`step ${step}: at ${watermark.position}, not at ${expected}`);
    const pending = firstOpen < 0 ? 0 : begun.length - firstOpen;
    if (watermark.pending !== pending) problems.push(`step ${step}: ${watermark.pending} pending, not ${pending}`);
  }
  return { problems, cases: steps };
}
