import { expect, test } from "vitest";
import { createReleaser, releaseLimits } from "#processors/scheduler/releaser.ts";

test("the bulk lane is released when nothing of the express lane is left, and a full batch is followed at once", async () => {
  const left = { express: releaseLimits.batch + 1, bulk: releaseLimits.batch };
  const calls: string[] = [];
  const releaser = createReleaser({
    release: async (lane, max) => {
      const released = Math.min(max, left[lane]);
      left[lane] -= released;
      calls.push(`${lane} ${released}`);
      return released;
    },
  });
  const nothing = () => Promise.reject(new Error("Nothing to write"));
  const waits: unknown[] = [];
  for (let run = 0; run < 4; run++) waits.push(await releaser.run(0, nothing, new AbortController().signal));
  const { batch, everyMs } = releaseLimits;
  expect(calls).toEqual([
    `express ${batch}`,
    "express 1",
    `bulk ${batch}`,
    "express 0",
    "bulk 0",
    "express 0",
    "bulk 0",
  ]);
  expect(waits).toEqual([0, 0, everyMs, everyMs]);
});
