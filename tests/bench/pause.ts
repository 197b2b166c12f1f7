import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "#tests/support/world/eventually.ts";
import { setFlag } from "#tests/support/world/flags.ts";
import { type DrainBench, deliveryOf, untilTakenAll, warmUp, withDrainBench } from "./drain.ts";
import { figure, heading, percentile, spread } from "./figures.ts";
import { feedAtOnce, messagesTo, runName } from "./load.ts";
import type { BenchOptions } from "./options.ts";

const mailCount = 20_000;
const pauses = 20;
const flag = "comms.pause.channel.email";
/** So many mails go out before the next pause: the stages are full again. */
const movingMails = 100;
/** A pause is in force once no call has come for so long, ms. */
const quietMs = 1_500;

/** How fast senders heed a pause and its end, under load. */
export interface PauseFigures {
  readonly suite: "pause";
  readonly mails: number;
  readonly pauses: number;
  /** From the log's acknowledgement of the flag to the last call that the provider took. */
  readonly stop_p50_ms: number;
  readonly stop_p99_ms: number;
  /** From the acknowledgement of its end to the first call. */
  readonly resume_p50_ms: number;
  readonly resume_p99_ms: number;
  readonly lost: number;
  readonly twice: number;
}

/** Pauses the channel again and again while a backlog of mails drains. */
export async function benchPause(options: BenchOptions): Promise<PauseFigures> {
  const count = options.count ?? mailCount;
  heading(`${pauses} pauses of a channel while ${count} mails drain`);
  return withDrainBench(options, async (bench) => {
    await warmUp(bench, "email");
    const began = Date.now();
    const load = await feedAtOnce(bench.world, messagesTo(bench.crowd, "email", runName("p")), { count });
    const stops: number[] = [];
    const resumes: number[] = [];
    for (let pause = 0; pause < pauses; pause++) {
      const times = await pauseOnce(bench);
      stops.push(times.stopMs);
      resumes.push(times.resumeMs);
    }
    await untilTakenAll(bench, load);
    const { lost, twice } = deliveryOf(load, bench.tail, began);
    figure("flag set → last call", spread(stops));
    figure("flag lifted → first call", spread(resumes));
    const at = (values: readonly number[], share: number) => Math.round(percentile(values, share));
    return {
      suite: "pause",
      mails: count,
      pauses,
      stop_p50_ms: at(stops, 0.5),
      stop_p99_ms: at(stops, 0.99),
      resume_p50_ms: at(resumes, 0.5),
      resume_p99_ms: at(resumes, 0.99),
      lost,
      twice,
    };
  });
}

async function pauseOnce({ world, tail }: DrainBench): Promise<{ readonly stopMs: number; readonly resumeMs: number }> {
  const from = tail.read().length;
  const isMoving = () => tail.read().length >= from + movingMails;
  await eventually(isMoving, "mails to move", { ms: 120_000, pollMs: 50 });
  const setAt = await setFlag(world, flag, { value: true });
  const lastCall = () => Math.max(setAt, tail.read().at(-1)?.time_ms ?? 0);
  while (Date.now() - lastCall() < quietMs) await sleep(100);
  const stopMs = lastCall() - setAt;
  const before = tail.read().length;
  const liftedAt = await setFlag(world, flag, { value: false });
  const first = () => tail.read()[before];
  const resumed = await eventually(first, "the first call after the pause", { ms: 60_000, pollMs: 20 });
  return { stopMs, resumeMs: resumed.time_ms - liftedAt };
}
