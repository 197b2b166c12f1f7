import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Queue } from "bullmq";
import { eventually } from "#tests/support/world/eventually.ts";
import { startProgram } from "#tests/support/world/simulator-process.ts";
import { meteredProcess, meteredStores, openAccount } from "./account.ts";
import { settledCommits } from "./commits.ts";
import { type DrainBench, deliveryOf, measuredRuns, untilTakenAll, withDrainBench } from "./drain.ts";
import { type Delivery, type DrainFigures, drainFigures, medianRun, printRun } from "./drain-figures.ts";
import { figure, heading } from "./figures.ts";
import { type Load, messagesTo, runName } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { peerKeys, peerQueue, redisAddress } from "./peer-queue.ts";
import { watchScripts } from "./redis-commands.ts";

const backlogCount = 5_000;
const warmUpCount = 1_000;
const chunkJobs = 500;
const program = fileURLToPath(new URL("./peer-main.ts", import.meta.url));

/** Carillon and BullMQ at the same work, on the same stores, one after the other. */
export interface PeerFigures {
  readonly suite: "peer";
  readonly carillon: DrainFigures;
  readonly bullmq: DrainFigures;
  /** Mails a second of Carillon by those of BullMQ. */
  readonly rate_ratio: number;
  /** CPU a mail of Carillon by that of BullMQ; double and generator left out. */
  readonly cpu_ratio: number;
  readonly lost: number;
  readonly twice: number;
}

/** A backlog of mails by Carillon, then by BullMQ: same templates, look-ups, call, rows and webhooks. */
export async function benchPeer(options: BenchOptions): Promise<PeerFigures> {
  const count = options.count ?? backlogCount;
  return withDrainBench(options, async (bench) => {
    heading(`${count} mails by Carillon, in ${bench.children.length} processes`);
    const carillon = medianRun(await measuredRuns(bench, { channel: "email", count, rate: undefined }, options.runs));
    await Promise.all(bench.children.map((child) => child.stop()));
    heading(`${count} mails by BullMQ, in one process`);
    const bullmq = medianRun(await peerRuns(bench, count, options.runs));
    const ratio = (of: (run: DrainFigures) => number) => Number((of(carillon) / of(bullmq)).toFixed(2));
    const rate_ratio = ratio((run) => run.mails_per_second);
    const cpu_ratio = ratio((run) => run.own_cpu_us_per_event);
    figure("Carillon by BullMQ", `rate ${rate_ratio}, CPU ${cpu_ratio}`);
    const [lost, twice] = [carillon.lost + bullmq.lost, carillon.twice + bullmq.twice];
    return { suite: "peer", carillon, bullmq, rate_ratio, cpu_ratio, lost, twice };
  });
}

async function peerRuns(bench: DrainBench, count: number, runs: number): Promise<readonly DrainFigures[]> {
  const { world } = bench;
  await introducePeers(bench);
  const worker = await startProgram(program, [], world.env);
  const queue = new Queue(peerQueue, { connection: redisAddress(world.redis.url) });
  const processes = [meteredProcess("bullmq", worker.pid), ...meteredStores(world)];
  const commits = () => settledCommits(world.env["COMMS_POSTGRES_URL"] ?? "");
  try {
    const scripts = await watchScripts(world.redis.client);
    await deliverByQueue(bench, queue, warmUpCount);
    scripts.close();
    const done: DrainFigures[] = [];
    for (let run = 1; run <= runs; run++) {
      const account = await openAccount({ world, processes, commits });
      const delivery = await deliverByQueue(bench, queue, count);
      const figures = drainFigures("bullmq", await account.close(scripts.insideEach), delivery);
      printRun(`run ${run} of ${runs}`, figures);
      done.push(figures);
    }
    const failed = await queue.getFailedCount();
    if (failed > 0) throw new Error(`${failed} of BullMQ's jobs failed: its figures are of less work than ours`);
    return done;
  } finally {
    await queue.close();
    await worker.close();
  }
}

/** What the peer knows of the people, in Redis. */
async function introducePeers({ world, crowd }: DrainBench): Promise<void> {
  const pipeline = world.redis.client.pipeline();
  for (const { userId, email } of crowd.emailed) {
    const profile = { email, addressHash: world.platform.hasher.hash("EMAIL", email), optedIn: ["promotions"] };
    pipeline.set(peerKeys(userId, "").profile, JSON.stringify(profile));
  }
  await pipeline.exec();
}

/** Puts the mails into the queue, and waits until each is with the provider, called back, and in its row. */
async function deliverByQueue(bench: DrainBench, queue: Queue, count: number): Promise<Delivery> {
  const { world, crowd, tail } = bench;
  const next = messagesTo(crowd, "email", runName("p"));
  const began = Date.now();
  const due = new Map<string, number>();
  for (let from = 0; from < count; from += chunkJobs) {
    const jobs = Array.from({ length: Math.min(chunkJobs, count - from) }, (_, n) => {
      const { event, msgId } = next(from + n);
      due.set(msgId, Date.now());
      return { name: "mail", data: event, opts: { jobId: msgId, removeOnComplete: true } };
    });
    await queue.addBulk(jobs);
  }
  const load: Load = { due, refused: new Set(), records: count, lateMs: 0 };
  await untilTakenAll(bench, load);
  await world.simulator.quiet(60_000);
  await eventually(() => isIdle(queue), "the queue to be empty", { ms: 120_000, pollMs: 100 });
  return deliveryOf(load, tail, began);
}

/** Whether nothing waits or is worked on; asked twice, as a webhook may be between its request and the queue. */
async function isIdle(queue: Queue): Promise<boolean> {
  const left = async () => {
    const { waiting = 0, active = 0, delayed = 0 } = await queue.getJobCounts("waiting", "active", "delayed");
    return waiting + active + delayed;
  };
  if ((await left()) > 0) return false;
  await sleep(100);
  return (await left()) === 0;
}
