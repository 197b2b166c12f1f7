import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generations } from "#shared/runtime/shell/generations.ts";

/** Whether the promise has resolved, after everything that can run has run. */
async function hasResolved(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<false>((done) => setImmediate(done, false))]);
}

describe("generations", () => {
  it("begin before the first at -1, with nothing in work", () => {
    const { current, inWork, canTake } = new Generations();
    expect({ current, inWork, canTake }).toEqual({ current: -1, inWork: 0, canTake: true });
  });

  it("take nothing new from the begin of a rebalance to the next generation", () => {
    const generations = new Generations();
    generations.begin(1);
    generations.revoke();
    expect(generations.canTake).toBe(false);
    generations.begin(2);
    expect(generations.canTake).toBe(true);
  });

  it("take nothing new while older generations have records in work", () => {
    const generations = new Generations();
    generations.begin(1);
    generations.enter(2);
    generations.begin(2);
    generations.leave(1, 1);
    expect(generations.canTake).toBe(false);
    generations.leave(1, 1);
    expect(generations.canTake).toBe(true);
  });

  it("end the wait of a generation at its rebalance, at its successor, and at a stop", () => {
    const generations = new Generations();
    generations.begin(1);
    const first = generations.signalOf(1);
    expect(first.aborted).toBe(false);
    generations.revoke();
    expect(first.aborted).toBe(true);
    generations.begin(2);
    const second = generations.signalOf(2);
    expect(second.aborted).toBe(false);
    expect(generations.signalOf(1).aborted).toBe(true);
    generations.begin(3);
    expect(second.aborted).toBe(true);
    generations.stop();
    expect(generations.signalOf(3).aborted).toBe(true);
    generations.begin(4);
    expect(generations.signalOf(4).aborted).toBe(true);
  });
});

describe("generations, over time,", () => {
  it("are idle when no record of any of them is in work, and no sooner", async () => {
    const generations = new Generations();
    expect(await hasResolved(generations.idle())).toBe(true);
    generations.begin(1);
    generations.enter(1);
    generations.begin(2);
    generations.enter(1);
    const idle = generations.idle();
    generations.leave(2, 1);
    expect(await hasResolved(idle)).toBe(false);
    generations.leave(1, 1);
    await idle;
  });

  it("count what is in work over any history, and never take while an older one drains", () => {
    const steps = fc.array(fc.constantFrom("begin", "enter", "enter", "leaveAll", "leaveOldest", "leaveNewest"), {
      minLength: 20,
      maxLength: 60,
    });
    let drains = 0;
    fc.assert(
      fc.property(steps, (history) => {
        const generations = new Generations();
        const inWork: number[] = [];
        let current = 0;
        generations.begin(current);
        for (const step of history) {
          if (step === "begin") generations.begin(++current);
          else if (step === "enter") {
            generations.enter(1);
            inWork.push(current);
          } else if (step === "leaveAll") {
            const generation = inWork[0] ?? current;
            const all = inWork.filter((one) => one === generation);
            inWork.splice(0, inWork.length, ...inWork.filter((one) => one !== generation));
            generations.leave(generation, all.length);
          } else {
            const generation = step === "leaveOldest" ? inWork.shift() : inWork.pop();
            if (generation !== undefined) generations.leave(generation, 1);
          }
          const isDraining = inWork.some((generation) => generation < current);
          drains += Number(isDraining);
          expect(generations.inWork).toBe(inWork.length);
          expect(generations.canTake).toBe(!isDraining);
        }
      }),
    );
    expect(drains).toBeGreaterThan(100);
  });
});
