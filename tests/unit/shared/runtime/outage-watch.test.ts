import { describe, expect, it } from "vitest";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { type FailedTry, noLongerOurs, OutageWatch } from "#shared/runtime/outage-watch.ts";
import { createManualClock, drainMicrotasks } from "#tests/support/manual-clock.ts";

const away = (extra: object = {}) =>
  Object.assign(new AppError("TEST_AWAY", "The other side is away", { retryable: true }), extra);

/** A watch that calls an outage after three tries, and a call that fails so many times before it succeeds. */
function watching(failures: number, error: Error = away()) {
  const clock = createManualClock();
  const tries: FailedTry[] = [];
  const watch = new OutageWatch({ clock, random: () => 0.5, tries: 3, onFailedTry: (failure) => tries.push(failure) });
  const left = { failures };
  const call = async () => {
    if (left.failures-- > 0) throw error;
    return "done";
  };
  return { clock, tries, watch, call, left };
}

describe("an outage watch", () => {
  it("calls until it succeeds, and reports each failed try", async () => {
    const { clock, tries, watch, call } = watching(2);
    const result = watch.call(call, new AbortController().signal);
    await drainMicrotasks();
    await clock.advance(1_000);
    expect(await result).toBe("done");
    expect(tries.map(({ code, attempt }) => [code, attempt])).toEqual([
      ["TEST_AWAY", 1],
      ["TEST_AWAY", 2],
    ]);
  });

  it("knows an outage from the given number of tries until the call succeeds", async () => {
    const { clock, tries, watch, call, left } = watching(99);
    const result = watch.call(call, new AbortController().signal);
    while (tries.length < 2) await clock.advance(5);
    expect(watch.outage).toBeUndefined();
    while (tries.length < 3) await clock.advance(5);
    expect(watch.outage).toBe("TEST_AWAY");
    left.failures = 0;
    await clock.advance(10_000);
    await result;
    expect(watch.outage).toBeUndefined();
  });

  it("waits as long as the error asks for, and never longer than four seconds", async () => {
    const { clock, tries, watch, call } = watching(99, away({ retryAfterMs: 60_000 }));
    void watch.call(call, new AbortController().signal);
    await drainMicrotasks();
    await clock.advance(3_999);
    expect(tries).toHaveLength(1);
    await clock.advance(1);
    expect(tries).toHaveLength(2);
  });

  it("throws on at once what is not retryable", async () => {
    const { watch, call, tries } = watching(1, new TypeError("ours"));
    await expect(watch.call(call, new AbortController().signal)).rejects.toThrow("ours");
    expect(tries).toEqual([]);
  });

  it("abandons a call that fails when its signal has aborted, at once where it was waiting", async () => {
    const { watch, call, clock } = watching(99);
    const end = new AbortController();
    const result = watch.call(call, end.signal).catch((error: unknown) => error);
    await drainMicrotasks();
    expect(clock.sleeping).toBe(1);
    end.abort();
    expect(await result).toBe(noLongerOurs);
  });
});
