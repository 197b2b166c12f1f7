import { describe, expect, it } from "vitest";
import { watchKeys } from "#gateway/access/key-watch.ts";
import type { ApiKeyRecord } from "#shared/domain/access/api-key.ts";
import { createManualClock, drainMicrotasks } from "#tests/support/manual-clock.ts";
import { aKey } from "../keys.ts";

async function watching() {
  const clock = createManualClock();
  const confirmed: (readonly ApiKeyRecord[])[] = [];
  const forgotten: string[] = [];
  const gauge: number[] = [];
  const doubts: number[] = [];
  const state = {
    changed: [] as ApiKeyRecord[],
    isLost: false,
    opened: 0,
    closed: 0,
    tell: undefined as ((keyId: string) => void) | undefined,
  };
  let confirmedAt = clock.now();
  const stop = new AbortController();
  const done = watchKeys(
    {
      subscribe: async (onChange) => {
        if (state.isLost) throw new Error("refused");
        state.opened++;
        state.tell = onChange;
        const changed = async () => {
          if (state.isLost) throw new Error("lost");
          return state.changed;
        };
        return { changed, close: () => void state.closed++ };
      },
      cache: {
        confirm: (changed, at) => {
          confirmed.push(changed);
          confirmedAt = at;
        },
        doubtBefore: (at) => void doubts.push(at),
        forget: (keyId) => void forgotten.push(keyId),
        ageMs: () => clock.now() - confirmedAt,
      },
      clock,
      metrics: { set: (_name, _labels, value) => void gauge.push(value) },
    },
    stop.signal,
  );
  await drainMicrotasks();
  return { clock, confirmed, forgotten, doubts, gauge, state, stop, done };
}

describe("the watch over keys", () => {
  it("asks what has changed more than twice a second, and passes on what it is told at once", async () => {
    const { clock, confirmed, forgotten, state } = await watching();
    await clock.advance(2_000);
    expect(confirmed.length).toBeGreaterThanOrEqual(5);
    const { record } = aKey();
    state.changed = [record];
    await clock.advance(400);
    expect(confirmed.at(-1)).toEqual([record]);
    state.tell?.("abcabcabcabc");
    expect(forgotten).toEqual(["abcabcabcabc"]);
  });

  it("opens a lost connection again, and says meanwhile how long it has heard nothing", async () => {
    const { clock, confirmed, doubts, gauge, state } = await watching();
    await clock.advance(400);
    state.isLost = true;
    await clock.advance(10_000);
    expect(state).toMatchObject({ opened: 1, closed: 1 });
    expect(gauge.at(-1)).toBeGreaterThan(9);
    const before = confirmed.length;
    state.isLost = false;
    await clock.advance(800);
    expect([state.opened, confirmed.length > before, gauge.at(-1)]).toEqual([2, true, 0]);
    // What changed between the two was told to nobody.
    expect(doubts.map((at) => clock.now() - at < 2_000)).toEqual([false, true]);
  });

  it("ends with the signal and gives its connection back", async () => {
    const { clock, state, stop, done } = await watching();
    await clock.advance(400);
    stop.abort();
    await done;
    expect(state.closed).toBe(1);
  });
});
