import { describe, expect, it } from "vitest";
import { shareRuns } from "#shared/platform/cache/share-runs.ts";

function gated() {
  const gates: PromiseWithResolvers<void>[] = [];
  const run = shareRuns(() => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  });
  return { run, gates };
}

describe("shareRuns", () => {
  it("lets calls during a run share the next, never the one under way", async () => {
    const { run, gates } = gated();
    const first = run();
    const late = [run(), run()];
    expect(gates).toHaveLength(1);
    gates[0]?.resolve();
    await first;
    expect(gates).toHaveLength(2);
    gates[1]?.resolve();
    await Promise.all(late);
    void run();
    expect(gates).toHaveLength(3);
  });

  it("starts no second run in the gap between one's end and the next one's start", async () => {
    const { run, gates } = gated();
    const first = run();
    const late = run();
    gates[0]?.resolve();
    for (let turn = 0; turn < 5; turn++) {
      await Promise.resolve();
      void run();
      expect(gates.length).toBeLessThanOrEqual(2);
    }
    await first;
    gates[1]?.resolve();
    await late;
  });

  it("goes on after a failure, which only the calls that shared it see", async () => {
    const { run, gates } = gated();
    const first = run();
    const late = run();
    gates[0]?.reject(new Error("away"));
    await expect(first).rejects.toThrow("away");
    gates[1]?.resolve();
    await late;
  });
});
