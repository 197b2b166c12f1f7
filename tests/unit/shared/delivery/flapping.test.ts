import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Breaker, createBreaker } from "#shared/delivery/breaker.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { fraction, retryDue } from "#shared/domain/delivery/retry.ts";

const callMs = 30;
const stepMs = 10;
/** Those who wait, by the step at which they go on: thousands of timers of their own would be slow. */
const waiting = new Map<number, (() => void)[]>();

interface Flap {
  readonly perSecond: number;
  readonly seconds: number;
  readonly upMs: number;
  readonly downMs: number;
}

/** Calls a message, where the provider is up and down in turn and each message is sent as a sender sends it. */
async function callsPerMessage({ perSecond, seconds, upMs, downMs }: Flap): Promise<number> {
  let draws = 0;
  const breaker = createBreaker({ account: "ses:default", random: () => fraction("open", draws++) });
  const start = Date.now();
  const isUp = () => (Date.now() - start) % (upMs + downMs) < upMs;
  let calls = 0;
  let sent = 0;
  const total = perSecond * seconds;
  const call = async (): Promise<string> => {
    calls += 1;
    await wait(callMs);
    return isUp() ? "accepted" : "failure";
  };
  async function send(msgId: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const answer = await throughBreaker(breaker, call, msgId);
      if (answer === "accepted") break;
      const now = Date.now();
      await wait(retryDue({ msgId, attempt, now, baseMs: 0, retryAfterMs: 0 }, defaultPolicy) - now);
    }
    sent += 1;
  }
  const all = Array.from({ length: total }, async (_, index) => {
    await wait((index * 1_000) / perSecond);
    await send(`m-${index}`);
  });
  while (sent < total) {
    vi.advanceTimersByTime(stepMs);
    const step = stepOf(Date.now());
    for (const goOn of waiting.get(step) ?? []) goOn();
    waiting.delete(step);
    await new Promise(setImmediate);
  }
  await Promise.all(all);
  breaker.close();
  return calls / total;
}

/** The shell waits out a breaker that is open, with a jitter of its own. */
async function throughBreaker(breaker: Breaker, call: () => Promise<string>, msgId: string): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      breaker.admit();
      return await breaker.run(call, (value) => value === "failure");
    } catch (error) {
      const { retryAfterMs } = error as { readonly retryAfterMs: number };
      await wait(Math.min(4_000, retryAfterMs) * (0.5 + fraction("wait", msgId, tries) / 2));
    }
  }
}

function wait(ms: number): Promise<void> {
  const step = Math.max(stepOf(Date.now()) + 1, stepOf(Date.now() + ms));
  return new Promise((resolve) => void waiting.set(step, [...(waiting.get(step) ?? []), resolve]));
}

function stepOf(at: number): number {
  return Math.floor(at / stepMs);
}

describe("a provider that flaps", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each<Flap>([
    { perSecond: 20, seconds: 120, upMs: 10_000, downMs: 10_000 },
    { perSecond: 20, seconds: 120, upMs: 20_000, downMs: 20_000 },
    { perSecond: 20, seconds: 120, upMs: 5_000, downMs: 5_000 },
    { perSecond: 50, seconds: 60, upMs: 3_000, downMs: 3_000 },
    { perSecond: 50, seconds: 120, upMs: 30_000, downMs: 15_000 },
    { perSecond: 100, seconds: 60, upMs: 1_000, downMs: 1_000 },
    { perSecond: 5, seconds: 240, upMs: 15_000, downMs: 30_000 },
  ])("$perSecond a second, $upMs ms up, $downMs ms down: few calls a message are in vain", async (flap) => {
    const found = await callsPerMessage(flap);
    expect(found).toBeLessThan(1.2);
  });
});
