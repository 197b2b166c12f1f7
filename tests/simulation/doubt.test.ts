import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freshSeed } from "#tests/support/fresh-seed.ts";
import { countRuns } from "#tests/support/run-count.ts";
import { type DoubtCase, runDoubt } from "./doubt.ts";

const stepsMax = 16;
const everyDeath = Array.from({ length: stepsMax }, (_, atStep) => atStep);

const cases: fc.Arbitrary<DoubtCase> = fc.record({
  critical: fc.boolean(),
  deaths: fc.array(fc.record({ atStep: fc.nat({ max: stepsMax }), isWiped: fc.boolean() }), { maxLength: 4 }),
  answers: fc.array(fc.constantFrom("accepted", "refused", "unknown"), { maxLength: 4 }),
});

describe("a sender that dies, and a Redis that is wiped with it", () => {
  test.each(everyDeath)("at step %i: a message that is not critical is never called twice", async (atStep) => {
    const result = await runDoubt({ critical: false, deaths: [{ atStep, isWiped: true }], answers: [] });
    expect(result).toMatchObject({ isOver: true, counted: 0 });
    expect(result.taken).toBeLessThanOrEqual(1);
  });

  test.each(everyDeath)("at step %i: a critical one is called twice at most, and counted before", async (atStep) => {
    const result = await runDoubt({ critical: true, deaths: [{ atStep, isWiped: true }], answers: [] });
    expect(result.isOver).toBe(true);
    expect(result.taken).toBeGreaterThan(0);
    expect(result.taken - 1).toBeLessThanOrEqual(result.counted);
    if (result.diedInCall === 1) expect(result).toMatchObject({ taken: 2, counted: 1 });
  });

  test("in each call, with a wipe each time: a critical one is not called a third time", async () => {
    const afterCall = { atStep: 7, isWiped: true };
    const result = await runDoubt({
      critical: true,
      deaths: [afterCall, afterCall, afterCall, afterCall],
      answers: [],
    });
    expect(result).toMatchObject({ isOver: true, taken: 2, counted: 1, diedInCall: 2 });
  });

  test.each([...new Set([1, 20_261_127, freshSeed()])])(
    "wherever it dies, as often as it may, whatever the provider says (seed %i): no second call goes uncounted, and none follows two deaths",
    async (seed) => {
      const [doubled, wipedInCall] = [countRuns(), countRuns()];
      await fc.assert(
        fc.asyncProperty(cases, async (one) => {
          const result = await runDoubt(one);
          expect(result.isOver).toBe(true);
          expect(result.taken - 1).toBeLessThanOrEqual(result.counted);
          if (!one.critical) expect(result).toMatchObject({ counted: 0 });
          expect(result.diedInCall).toBeLessThanOrEqual(2);
          doubled.add(result.taken > 1);
          wipedInCall.add(result.diedInCall > 0 && one.deaths.some(({ isWiped }) => isWiped));
        }),
        { numRuns: 400, seed },
      );
      doubled.expectShare(0.1);
      wipedInCall.expectShare(0.1);
    },
  );
});
