import { describe, expect, it } from "vitest";
import { createLastUse } from "#gateway/access/last-use.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { createMemoryKeys } from "../keys.ts";

function using() {
  const clock = createManualClock();
  const table = createMemoryKeys();
  let writes = 0;
  const { noteUses } = table;
  table.noteUses = (uses) => {
    writes++;
    return noteUses(uses);
  };
  const lastUse = createLastUse({ table, clock });
  const stop = new AbortController();
  const done = lastUse.run(stop.signal);
  return { clock, table, lastUse, stop, done, writes: () => writes };
}

describe("the last use of a key", () => {
  it("is written once a minute, however often the key is used, and not at all where it is not", async () => {
    const { clock, table, lastUse, writes } = using();
    for (let second = 0; second < 150; second++) {
      lastUse.used("k");
      await clock.advance(1_000);
    }
    expect(writes()).toBe(2);
    expect(table.uses.get("k")).toBe(clock.now() - 31_000);
    await clock.advance(300_000);
    expect(writes()).toBe(3);
  });

  it("that cannot be written is written the next time, unless there is a later one", async () => {
    const { clock, table, lastUse } = using();
    const began = clock.now();
    lastUse.used("a");
    lastUse.used("b");
    table.failure = new AppError("POSTGRES_UNAVAILABLE", "away", { retryable: true });
    await clock.advance(60_000);
    table.failure = undefined;
    lastUse.used("b");
    await clock.advance(60_000);
    expect([...table.uses].toSorted()).toEqual([
      ["a", began],
      ["b", began + 60_000],
    ]);
  });

  it("is written at the end, too", async () => {
    const { clock, table, lastUse, stop, done } = using();
    lastUse.used("k");
    stop.abort();
    await done;
    expect(table.uses.get("k")).toBe(clock.now());
  });
});
