import { expect, test } from "vitest";
import { createArtifactJob } from "#processors/renderer/artifact-job.ts";

test("artifacts are swept once a day, from a day after the start on, by their age", async () => {
  const swept: number[] = [];
  const job = createArtifactJob(async (before) => swept.push(before));
  const dayMs = 86_400_000;
  const now = 1_000 * dayMs;
  const run = () => job.run(now, async () => {}, new AbortController().signal);
  expect(await run()).toBe(dayMs);
  expect(swept).toEqual([]);
  expect(await run()).toBe(dayMs);
  expect(swept).toEqual([600 * dayMs]);
});
