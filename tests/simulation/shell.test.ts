import { describe, expect, it } from "vitest";
import { freshSeed } from "#tests/support/fresh-seed.ts";
import { fuseProblems } from "./fuse.ts";
import { orderProblems } from "./order.ts";
import { watermarkProblems } from "./watermark.ts";

const seeds = Array.from({ length: 25 }, (_, i) => i + 1);

/** `make proof SUITE=simulation` runs the same with 2,000 seeds. */
describe.each([
  [
    "the shell under kills, rebalances, lost answers and outages loses nothing, and does no two of one key at once",
    orderProblems,
  ],
  [
    "a stage whose input goes bad stops on its fuse, over kills and rebalances, until it is lifted, and loses nothing",
    fuseProblems,
  ],
  ["a watermark never passes what is not done, in any order of ends", watermarkProblems],
])("%s", (_, problemsOf) => {
  it.each([...seeds, freshSeed()])("seed %i", async (seed) => {
    const { problems, cases } = await problemsOf(seed);
    expect(problems).toEqual([]);
    // One fresh seed in some five hundred draws no stretch that blows a fuse.
    if (seeds.includes(seed)) expect(cases).toBeGreaterThan(0);
  });
});
