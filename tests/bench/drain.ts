import { setTimeout as sleep } from "node:timers/promises";
import { startWorld, type World, type WorldChild } from "#tests/support/world.ts";
import { type AccountOf, type MeteredProcess, meteredProcess, meteredStores, openAccount } from "./account.ts";
import { settledCommits } from "./commits.ts";
import { meet } from "./crowd.ts";
import { type Delivery, type DrainFigures, drainFigures, medianRun, printRun } from "./drain-figures.ts";
import { heading } from "./figures.ts";
import { type LayoutName, layouts } from "./layouts.ts";
import { type LedgerTail, tailLedger } from "./ledger-tail.ts";
import { type BenchChannel, type Crowd, feedAtOnce, feedAtRate, type Load, messagesTo, runName } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { watchScripts } from "./redis-commands.ts";

/**
 * No budget of a provider is what is measured, nor what a machine full of other work does: there the views are older than
 * five seconds at times, and mail waits that would not.
 */
export const benchSettings = {
  COMMS_SES_RATE: "100000",
  COMMS_FCM_RATE: "100000",
  COMMS_TWILIO_RATE: "100000",
  COMMS_VIEW_AGE_SECONDS: "60",
} as const;

export const people = 500;
const warmUpCount = 1_000;
const backlogCount = 5_000;
const rateSeconds = 30;
const pollMs = 250;
/** Where nothing reaches the provider for so long, and nothing waits for its time either, the rest is lost, ms. */
export const stallMs = 60_000;
/** A signature takes 102 µs by such a key and 263 by one as long as SNS's: the double's cost, which is told apart and still takes the cores from us. */
const snsKeyBits = 1_024;
/** The longest wait between two calls of one message, and some: a message on the schedule for longer is lost, too, ms. */
const waitMsMax = 20 * 60_000;

/** Carillon on a layout, its double apart, ready for runs. */
export interface DrainBench {
  readonly world: World;
  readonly crowd: Crowd;
  readonly processes: readonly MeteredProcess[];
  readonly children: readonly WorldChild[];
  readonly tail: LedgerTail;
}

/** Messages of a run and how they come: at once, or so many a second. */
export interface DrainPlan {
  readonly channel: BenchChannel;
  readonly count: number;
  readonly rate: number | undefined;
}

/** A backlog that is worked off, or a steady rate: rate, CPU and counts an event. */
export async function benchDrain(options: BenchOptions): Promise<DrainFigures> {
  const { channel, rate, layout, latencyMs } = options;
  const count = options.count ?? (rate === undefined ? backlogCount : rate * rateSeconds);
  const how = rate === undefined ? "produced at once" : `at ${rate} a second`;
  heading(
    `${count} messages by ${channel}, ${how}, in ${layouts[layout].length} processes, provider at ${latencyMs} ms`,
  );
  return withDrainBench(options, async (bench) =>
    medianRun(await measuredRuns(bench, { channel, count, rate }, options.runs)),
  );
}

/** Starts a layout with its people and the double's latency; ends all of it after the work. */
export async function withDrainBench<T>(
  { layout, latencyMs }: { readonly layout: LayoutName; readonly latencyMs: number },
  work: (bench: DrainBench) => Promise<T>,
): Promise<T> {
  const world = await startWorld({ watch: false, doubleApart: true, snsKeyBits, env: benchSettings });
  const tail = tailLedger(world.ledgerPath);
  try {
    const children = await Promise.all(layouts[layout].map(({ hosts }) => world.start(hosts)));
    const hosted = layouts[layout].map(({ name }, at) => meteredProcess(name, children[at]?.pid ?? 0));
    const crowd = await meet(world, people);
    if (latencyMs > 0) await world.simulator.fault({ kind: "latency", delay_ms: latencyMs });
    return await work({ world, crowd, children, tail, processes: [...hosted, ...meteredStores(world)] });
  } finally {
    tail.close();
    await world.close();
  }
}

/** Warms up, then so many runs; prints each. */
export async function measuredRuns(bench: DrainBench, plan: DrainPlan, runs: number): Promise<readonly DrainFigures[]> {
  const insideEach = await warmUp(bench, plan.channel);
  const { env } = bench.world;
  const settled = () => settledCommits(env["COMMS_POSTGRES_URL"] ?? "");
  // What the timers of an idle system commit while a run's own commits are told.
  const idle = -(await settled()) + (await settled());
  const done: DrainFigures[] = [];
  for (let run = 1; run <= runs; run++) {
    const { usage, delivery } = await countedRun(bench, plan, { commits: settled, insideEach: () => insideEach });
    const figures = drainFigures("drain", { ...usage, commits: usage.commits - idle }, delivery);
    printRun(`run ${run} of ${runs}`, figures);
    done.push(figures);
  }
  return done;
}

/** Young processes compile, and so does a young broker. Resolves with how many commands a script in Redis calls. */
export async function warmUp(bench: DrainBench, channel: BenchChannel): Promise<number> {
  const scripts = await watchScripts(bench.world.redis.client);
  await deliver(bench, { channel, count: warmUpCount, rate: undefined });
  scripts.close();
  return scripts.insideEach();
}

/** How a run's account is kept. */
export interface RunAccount {
  readonly commits: AccountOf["commits"];
  /** Commands that a script in Redis calls; asked when the run is over. */
  readonly insideEach: () => number;
}

/** One run with its account. */
export async function countedRun(bench: DrainBench, plan: DrainPlan, { commits, insideEach }: RunAccount) {
  const account = await openAccount({ world: bench.world, processes: bench.processes, commits });
  const delivery = await deliver(bench, plan);
  return { usage: await account.close(insideEach), delivery };
}

/** Feeds, and waits until every message is with its provider, called back, and projected. */
export async function deliver(bench: DrainBench, { channel, count, rate }: DrainPlan): Promise<Delivery> {
  const { world, crowd, tail } = bench;
  const next = messagesTo(crowd, channel, runName("d"));
  const began = Date.now();
  const load = await (rate === undefined
    ? feedAtOnce(world, next, { count })
    : feedAtRate(world, next, { perSecond: rate, seconds: count / rate }));
  await untilTakenAll(bench, load);
  await world.simulator.quiet(60_000);
  await world.drained(120_000);
  return deliveryOf(load, tail, began);
}

/** Waits until the provider has taken every message that is due, or will take none any more. */
export async function untilTakenAll({ tail, world }: Pick<DrainBench, "tail" | "world">, load: Load): Promise<void> {
  let seen = 0;
  let movedAt = Date.now();
  while (seen < load.due.size) {
    await sleep(pollMs);
    const taken = acceptedOf(load, tail).size;
    const stillMs = Date.now() - movedAt;
    if (taken > seen) movedAt = Date.now();
    else if (stillMs > waitMsMax || (stillMs > stallMs && !(await isAnyScheduled(world)))) return;
    seen = taken;
  }
}

/** Whether a message waits for its next call or its report. */
async function isAnyScheduled({ platform }: World): Promise<boolean> {
  const { rows } = await platform.postgres().query("select 1 from comms_scheduled limit 1");
  return rows.length > 0;
}

/** When each message of a load was taken by its provider, ms, each call. */
function acceptedOf({ due }: Load, tail: LedgerTail): ReadonlyMap<string, readonly number[]> {
  const taken = new Map<string, number[]>();
  for (const { msg_id: id = "", outcome, time_ms: at } of tail.read()) {
    if (outcome === "accepted" && due.has(id)) taken.set(id, [...(taken.get(id) ?? []), at]);
  }
  return taken;
}

/** What became of a load, from its first event to its last call. */
export function deliveryOf(load: Load, tail: LedgerTail, began: number): Delivery {
  const taken = acceptedOf(load, tail);
  const calls = [...taken.values()].flat();
  const firsts = [...taken].map(([id, times]) => Math.min(...times) - (load.due.get(id) ?? began));
  return {
    count: load.due.size,
    mailsPerSecond: (taken.size * 1_000) / (calls.reduce((last, at) => Math.max(last, at), began + 1) - began),
    waits: firsts,
    lost: load.due.size - taken.size,
    twice: calls.length - taken.size,
  };
}
