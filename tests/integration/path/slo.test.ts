import { beforeAll, describe, expect, test } from "vitest";
import { layouts } from "#tests/bench/layouts.ts";
import { eventsPerMinute, type SloFigures, sloOver, withSloBench } from "#tests/bench/slo.ts";

const seconds = 15;
/** What stalls the machine for a while is not the product's: the objectives must be met over one of so many stretches. */
const stretchesMax = 3;

const stretches: SloFigures[] = [];

beforeAll(async () => {
  await withSloBench(
    layouts["2"].map(({ hosts }) => hosts),
    async (bench) => {
      while (stretches.length < stretchesMax && !stretches.at(-1)?.met) stretches.push(await sloOver(bench, seconds));
    },
  );
}, 300_000);

describe(`${eventsPerMinute} events a minute on three channels [SLO-07] [TST-03]`, () => {
  test("95 % are queued within 150 ms [SLO-01]", () => {
    expect(stretches.at(-1)?.queuedInTime).toBeGreaterThanOrEqual(0.95);
  });

  test("95 % of what is queued is with its provider within a second [SLO-02]", () => {
    expect(stretches.at(-1)?.takenInTime).toBeGreaterThanOrEqual(0.95);
  });

  test("none is lost, none comes twice, none goes to a suppressed address", () => {
    for (const figures of stretches) expect(figures).toMatchObject({ lost: 0, twice: 0, refused_but_sent: 0 });
  });

  test("it was that load: the generator was no later than a twentieth of the time", () => {
    expect(stretches.at(-1)?.events).toBeGreaterThanOrEqual((1_000 * seconds) / 60);
    expect(stretches.at(-1)?.late_ms).toBeLessThan(seconds * 50);
  });
});
