import { expect } from "vitest";

/** Counts the runs of a property, and those that reach the case that the property is about. */
export interface RunCount {
  /** Counts one run. Call it once a run, after `fc.pre`, which repeats a run that it refuses. */
  add(isReached: boolean): void;
  /** Fails where fewer than this share of the runs reached the case: the property would hold of nothing. */
  expectShare(min: number): void;
}

export function countRuns(): RunCount {
  let runs = 0;
  let reached = 0;
  return {
    add: (isReached) => {
      runs++;
      reached += Number(isReached);
    },
    expectShare: (min) => {
      const message = `${reached} of ${runs} runs reach the case; at least ${min * 100} % should`;
      expect(runs > 0 && reached >= runs * min, message).toBe(true);
    },
  };
}
