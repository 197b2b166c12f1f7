import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ChannelAdapter } from "#shared/delivery/adapter.ts";
import { createBreaker } from "#shared/delivery/breaker.ts";
import { sesAnswers } from "#shared/delivery/providers/ses/core/answers.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { freshSeed } from "#tests/support/fresh-seed.ts";
import { seeded } from "#tests/support/seeded.ts";
import { senderShell } from "#tests/support/sender-shell.ts";
import { aSend } from "#tests/unit/shared/delivery/sender-bench.ts";

const callMs = 30;
const stepMs = 10;

/** A clock whose sleepers go on at steps of ten milliseconds: thousands of timers of their own would be slow. */
function steppedClock() {
  const waiting = new Map<number, (() => void)[]>();
  const stepAt = (at: number) => Math.ceil(at / stepMs);
  const clock: Clock = {
    now: Date.now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const step = Math.max(stepAt(Date.now()) + 1, stepAt(Date.now() + ms));
        waiting.set(step, [...(waiting.get(step) ?? []), resolve]);
        signal?.addEventListener("abort", () => resolve(), { once: true });
      }),
  };
  async function advance(): Promise<void> {
    vi.advanceTimersByTime(stepMs);
    const step = stepAt(Date.now());
    for (const goOn of waiting.get(step) ?? []) goOn();
    waiting.delete(step);
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  }
  return { clock, advance };
}

interface Flap {
  readonly perSecond: number;
  readonly seconds: number;
  readonly upMs: number;
  readonly downMs: number;
}

/** What a run came to, by the provider's own count. */
async function run({ perSecond, seconds, upMs, downMs }: Flap, seed: number) {
  const random = seeded(seed);
  const { clock, advance } = steppedClock();
  const start = Date.now();
  const isUp = () => (Date.now() - start) % (upMs + downMs) < upMs;
  const accepted = new Map<string, number>();
  let calls = 0;
  const adapter: ChannelAdapter = {
    answers: sesAnswers,
    send: async ({ send }): Promise<Answer> => {
      calls += 1;
      await clock.sleep(callMs);
      if (!isUp()) return { kind: "refused", code: "ServiceUnavailable" };
      accepted.set(send.msg_id, (accepted.get(send.msg_id) ?? 0) + 1);
      return { kind: "accepted", ref: send.msg_id };
    },
    close: async () => {},
  };
  const breaker = createBreaker({ account: "ses:default", random });
  const sender = await senderShell({ adapter, breaker, clock, random });
  const total = perSecond * seconds;
  const sends = Array.from({ length: total }, (_, i) => aSend({ cause_ref: `b${i}`, user_id: `u${i}` }));
  let produced = 0;
  const steps = (seconds * 1_000 + 20 * (upMs + downMs) + 900_000) / stepMs;
  for (let step = 0; step < steps && sender.feedback.length < total; step++) {
    const due = Math.min(total, Math.floor(((Date.now() - start) * perSecond) / 1_000));
    if (due > produced) await sender.produce(sends.slice(produced, due));
    produced = due;
    await sender.playSchedule();
    await advance();
  }
  breaker.close();
  const ends = Map.groupBy(sender.feedback, ({ status }) => status);
  return { callsPerMessage: calls / total, accepted, ends, crashes: sender.crashes };
}

describe("a provider that flaps", () => {
  beforeEach(() => {
    // By day: in quiet hours all of it would be held.
    vi.useFakeTimers({
      now: Date.UTC(2026, 0, 5, 12),
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each<Flap>([
    { perSecond: 20, seconds: 60, upMs: 10_000, downMs: 10_000 },
    { perSecond: 20, seconds: 80, upMs: 20_000, downMs: 20_000 },
    { perSecond: 20, seconds: 60, upMs: 5_000, downMs: 5_000 },
    { perSecond: 50, seconds: 30, upMs: 3_000, downMs: 3_000 },
    { perSecond: 50, seconds: 60, upMs: 30_000, downMs: 15_000 },
    { perSecond: 100, seconds: 30, upMs: 1_000, downMs: 1_000 },
    { perSecond: 5, seconds: 180, upMs: 15_000, downMs: 30_000 },
  ])(
    "$perSecond a second, $upMs ms up, $downMs ms down: few calls of the sender are in vain",
    async (flap) => {
      const seed = freshSeed();
      const { callsPerMessage, accepted, ends, crashes } = await run(flap, seed);
      process.stderr.write(`seed ${seed}: ${JSON.stringify(flap)}: ${callsPerMessage.toFixed(3)} calls a message\n`);
      expect(crashes).toEqual([]);
      const total = flap.perSecond * flap.seconds;
      const [sent = [], failed = []] = [ends.get("SENT"), ends.get("FAILED")];
      expect(sent.length + failed.length, `seed ${seed}`).toBe(total);
      // Each of a message's eight calls may meet the provider while it is down: of an eighth that fail at first, one in 2^7.
      expect(failed.map(({ attempt }) => attempt)).toEqual(failed.map(() => 8));
      expect(failed.length, `seed ${seed}`).toBeLessThanOrEqual(total / 200);
      expect([...accepted.values()].filter((times) => times !== 1)).toEqual([]);
      expect(callsPerMessage, `seed ${seed}`).toBeLessThan(1.2);
    },
    120_000,
  );
});
