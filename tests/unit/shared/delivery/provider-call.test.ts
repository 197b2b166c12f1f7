import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Breaker } from "#shared/delivery/breaker.ts";
import { silentMeter } from "#shared/delivery/meter.ts";
import { callProvider } from "#shared/delivery/provider-call.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { callDeadlineMs, leaseMs } from "#shared/state/ledger/ledger.ts";
import { aSend } from "./sender-bench.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const breaker: Breaker = {
  admit: () => {},
  run: (call) => call(),
  trip: () => {},
  state: () => "closed",
  close: () => {},
};

/** One call of an adapter that behaves so; what it came to, once it has come to something. */
function callOf(send: (signal: AbortSignal) => Promise<Answer>) {
  const ended: Answer[] = [];
  const account = {
    id: "fake:default",
    provider: "fake",
    adapter: {
      answers: {},
      send: (_: unknown, signal: AbortSignal) => send(signal),
      close: async () => {},
    },
    breaker,
    budget: { rate: 1, burst: 1, reserve: 0 },
  };
  const content = { channel: "SMS", text: "hi" } as const;
  const target = { address: "+12025550143", deviceId: "", hash: "h", suppressions: [] };
  const parts = { clock: { now: Date.now }, meter: silentMeter };
  void callProvider({ ...parts, account }, { send: aSend(), content, target }).then((answer) => ended.push(answer));
  return ended;
}

const never = new Promise<Answer>(() => {});

describe("the deadline of a call", () => {
  test("ends a call whose adapter does not heed its signal, well before the lease of the claim", async () => {
    const ended = callOf(() => never);
    await vi.advanceTimersByTimeAsync(callDeadlineMs);
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync((leaseMs - callDeadlineMs) / 2);
    expect(ended).toEqual([{ kind: "unknown", code: "DEADLINE" }]);
  });

  test("leaves an adapter that heeds it the last word", async () => {
    const ended = callOf(async (signal) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return { kind: "unreached", code: "CONNECT_TIMEOUT" };
    });
    await vi.advanceTimersByTimeAsync(callDeadlineMs);
    expect(ended).toEqual([{ kind: "unreached", code: "CONNECT_TIMEOUT" }]);
  });

  test("is not waited for where the adapter answers or throws", async () => {
    const answered = callOf(async () => ({ kind: "accepted", ref: "r" }));
    const thrown = callOf(() => Promise.reject(new Error("a bug")));
    await vi.advanceTimersByTimeAsync(0);
    expect([answered, thrown]).toEqual([
      [{ kind: "accepted", ref: "r" }],
      [{ kind: "unknown", code: "UNREADABLE_ANSWER" }],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("an answer that comes too late, or a late error, has no effect", async () => {
    for (const late of [
      () => Promise.reject(new Error("late")),
      async () => ({ kind: "accepted", ref: "r" }) as const,
    ]) {
      const ended = callOf(async () => {
        await new Promise((resolve) => setTimeout(resolve, 2 * callDeadlineMs));
        return late();
      });
      await vi.advanceTimersByTimeAsync(3 * callDeadlineMs);
      expect(ended).toEqual([{ kind: "unknown", code: "DEADLINE" }]);
    }
  });
});
