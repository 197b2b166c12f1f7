import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { untilDrained } from "#tests/support/world/drained.ts";
import { type ListeningProgram, startProgram } from "#tests/support/world/simulator-process.ts";
import { startWorld, type World } from "#tests/support/world.ts";
import { meteredProcess, meteredStores, openAccount } from "./account.ts";
import { meet } from "./crowd.ts";
import { benchSettings, people, stallMs } from "./drain.ts";
import { type DrainFigures, drainFigures, printRun } from "./drain-figures.ts";
import { heading } from "./figures.ts";
import { feedAtOnce, messagesTo, runName } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import type { SinkCount } from "./sink-main.ts";

const ordersCount = 10_000;
/** The first orders are not counted: young processes compile. */
const warmUpShare = 0.2;
const sinkProgram = fileURLToPath(new URL("./sink-main.ts", import.meta.url));
const patienceMs = 15 * 60_000;
const pollMs = 200;
/** The first retry comes after two to four seconds. */
const secondCallMs = 5_000;

/**
 * Email senders alone: their orders wait on the log, the provider answers 200 unread and calls nobody back. Lost and twice
 * are by the number of calls, as the sink reads no ids.
 */
export async function benchSender({ count = ordersCount, senders, latencyMs }: BenchOptions): Promise<DrainFigures> {
  heading(`${count} orders waiting, ${senders} email senders, a sink at ${latencyMs} ms that reads nothing`);
  const world = await startWorld({ watch: false, doubleApart: true, callbacks: false, env: benchSettings });
  const sink = await startProgram(sinkProgram, [String(latencyMs)]);
  try {
    await order(world, count);
    const figures = await sendAll(world, sink, { count, senders });
    printRun(`${senders} senders`, figures);
    return figures;
  } finally {
    await world.close();
    await sink.close();
  }
}

/** Leaves so many orders on the senders' topics. What goes on is what senders ask for the age of the views, and the timers. */
async function order(world: World, count: number): Promise<void> {
  const path = ["intake", "router", "renderer"];
  const [child] = await Promise.all([world.start(path), world.start(["materializer", "scheduler"])]);
  const crowd = await meet(world, people);
  await feedAtOnce(world, messagesTo(crowd, "email", runName("s")), { count });
  await untilDrained({ log: world.platform.log(), prefix: world.prefix }, path, patienceMs);
  await child.stop();
}

interface Orders {
  readonly count: number;
  readonly senders: number;
}

async function sendAll(world: World, sink: ListeningProgram, { count, senders }: Orders): Promise<DrainFigures> {
  const env = { COMMS_SES_ENDPOINT: sink.url };
  const children = await Promise.all(Array.from({ length: senders }, () => world.start(["email-sender"], env)));
  const hosted = children.map(({ pid }, at) => meteredProcess(`email-sender ${at + 1}`, pid));
  const stores = meteredStores(world).filter(({ name }) => name !== "double");
  const processes = [...hosted, ...stores, meteredProcess("double", sink.pid)];
  await untilCalled(sink, Math.floor(count * warmUpShare));
  // What the server processes of Postgres have told by now is not all of it, so commits are not told here.
  const account = await openAccount({ world, processes, commits: async () => Number.NaN });
  const { calls: before } = await countOf(sink);
  const began = Date.now();
  const { lastAt } = await untilCalled(sink, count);
  const usage = await account.close(() => 0);
  // A second call of a message would be made within the time of a retry.
  await sleep(secondCallMs);
  const { calls } = await countOf(sink);
  const delivery = {
    count: count - before,
    mailsPerSecond: ((count - before) * 1_000) / (lastAt - began),
    waits: [],
    lost: Math.max(0, count - calls),
    twice: Math.max(0, calls - count),
  };
  return drainFigures("sender", usage, delivery);
}

/** Waits until the sink has taken so many calls, or none for a minute: what is in doubt then is lost to this bench. */
async function untilCalled(sink: ListeningProgram, calls: number): Promise<SinkCount> {
  const began = Date.now();
  for (;;) {
    const count = await countOf(sink);
    if (count.calls >= calls || Date.now() - Math.max(began, count.lastAt) > stallMs) return count;
    await sleep(pollMs);
  }
}

async function countOf({ url }: ListeningProgram): Promise<SinkCount> {
  return (await (await fetch(`${url}/count`)).json()) as SinkCount;
}
