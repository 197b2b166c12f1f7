import { setTimeout as sleep } from "node:timers/promises";
import { openAccount, type Usage } from "./account.ts";
import { commitsOf, flushMs } from "./commits.ts";
import { type DrainBench, deliver } from "./drain.ts";
import { watchScripts } from "./redis-commands.ts";

/** What one message costs in requests and records, without what an idle system does in the same time. */
export interface Counts {
  readonly recordsWritten: number;
  readonly recordsRead: number;
  readonly fetches: number;
  readonly produces: number;
  /** Sent by clients, a script counted as one. */
  readonly redisCommands: number;
  readonly pgCommits: number;
  /** A webhook as it is on the log, bytes of its value. */
  readonly webhookBytes: number;
  readonly lost: number;
  readonly twice: number;
}

interface TimedUsage {
  readonly usage: Usage;
  readonly ms: number;
}

/** Counts over a backlog of so many mails. Its processes are stopped at the end: each tells Postgres's statistics then. */
export async function countsOf(bench: DrainBench, count: number): Promise<Counts> {
  const mails = { channel: "email", rate: undefined } as const;
  await deliver(bench, { ...mails, count: Math.ceil(count / 2) });
  // Server processes of Postgres keep what the mails before have committed for so long.
  await sleep(flushMs);
  const idle = await usageOf(bench, () => sleep(flushMs));
  const delivered = await usageOf(bench, async () => {
    const delivery = await deliver(bench, { ...mails, count });
    await Promise.all(bench.children.map((child) => child.stop()));
    return delivery;
  });
  const { lost, twice } = delivered.result;
  return { ...countsBetween(idle, delivered, count), webhookBytes: await webhookBytesOf(bench), lost, twice };
}

/** The mean over all webhooks so far. */
async function webhookBytesOf({ world }: DrainBench): Promise<number> {
  const sizes: number[] = [];
  for await (const run of world.platform.log().readToEnd([`${world.prefix}comms.provider-events`]))
    sizes.push(...run.map(({ value }) => value?.length ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

async function usageOf<T>(bench: DrainBench, work: () => Promise<T>): Promise<TimedUsage & { readonly result: T }> {
  const { world } = bench;
  const scripts = await watchScripts(world.redis.client);
  const commits = () => commitsOf(world.env["COMMS_POSTGRES_URL"] ?? "");
  const account = await openAccount({ world, processes: [], commits });
  const began = Date.now();
  const result = await work();
  const ms = Date.now() - began;
  const usage = await account.close(() => scripts.insideEach());
  scripts.close();
  return { usage, ms, result };
}

function countsBetween(
  idle: TimedUsage,
  run: TimedUsage,
  count: number,
): Omit<Counts, "lost" | "twice" | "webhookBytes"> {
  const each = (of: (usage: Usage) => number) =>
    Math.max(0, of(run.usage) - (of(idle.usage) * run.ms) / idle.ms) / count;
  return {
    recordsWritten: each(({ records }) => records.written),
    recordsRead: each(({ records }) => records.read),
    fetches: each(({ requests }) => requests?.fetches ?? Number.NaN),
    produces: each(({ requests }) => requests?.produces ?? Number.NaN),
    redisCommands: each(({ redis }) => redis.fromClients),
    pgCommits: each(({ commits }) => commits),
  };
}
