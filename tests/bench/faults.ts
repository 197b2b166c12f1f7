import { setTimeout as sleep } from "node:timers/promises";
import { type Stage, stages } from "#shared/contracts/topics.ts";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";
import { killPart, startPart, startStack } from "#stack/stack.ts";
import { ownStack } from "#tests/support/own-stack.ts";
import { startWorld, type World } from "#tests/support/world.ts";
import { meet } from "./crowd.ts";
import { figure, heading } from "./figures.ts";
import { counted } from "./histogram.ts";
import { type Crowd, feedWorld, type Load, untilTaken } from "./load.ts";

const perSecond = 50;

/** What a kill of the broker cost, in seconds after the kill. */
export interface BrokerFigures {
  readonly suite: "broker";
  readonly answers_after_s: number;
  /** Until each stage is done with a record again. */
  readonly moves_after_s: Readonly<Record<string, number>>;
  readonly longest_wait_s: number;
  readonly lost: number;
  readonly twice: number;
}

/** What a kill costs: seconds without a delivery, and nothing lost. */
export async function benchFaults(): Promise<void> {
  await senderKilled();
  await benchBroker();
}

/** One of two text senders is killed: the codes of its partitions wait until the other has them. */
async function senderKilled(): Promise<void> {
  heading(`kill -9 of one of two sms-senders, ${perSecond} events a second`);
  const world = await startWorld({ watch: false });
  try {
    const rest = [...stages.filter((name) => name !== "sms-sender"), "gateway"];
    await world.start(rest);
    const victim = await world.start(["sms-sender"]);
    await world.start(["sms-sender"]);
    const crowd = await meet(world, 50);
    const feeding = feedFor(world, crowd, 40);
    await sleep(10_000);
    await victim.kill();
    const { load, taken } = await feeding;
    const sms = taken.filter((entry) => entry.channel === "sms");
    report(load, taken);
    figure("longest wait of a security code", `${(longestWait(sms, load) / 1000).toFixed(1)} s`);
    figure(
      "codes that waited for more than a second",
      `${waits(sms, load).filter((ms) => ms > 1_000).length} of ${sms.length}`,
    );
  } finally {
    await world.close();
  }
}

/** The broker is killed under load and started again: on a stack of its own, so that no other test is affected. */
export async function benchBroker(): Promise<BrokerFigures> {
  heading(`kill -9 of the broker and a start right after, ${perSecond} events a second`);
  const stack = await ownStack();
  const world = await startWorld({ watch: false, stack: await startStack(stack.options) });
  try {
    const watched = await Promise.all(
      onTheWay.map(async (name) => ({ name, url: (await world.start([name])).healthUrl })),
    );
    await world.start([...beside, "gateway"]);
    const crowd = await meet(world, 50);
    const feeding = feedFor(world, crowd, 60);
    await sleep(15_000);
    const killedAt = Date.now();
    await killPart(stack.options, "kafka", "SIGKILL");
    const moving = watched.map(({ name, url }) => firstMove(name, url));
    await startPart(stack.options, "kafka");
    const answersAfter = seconds(Date.now() - killedAt);
    figure("the broker answers again after", `${answersAfter} s`);
    const moves = (await Promise.all(moving)).map(({ name, at }) => [name, seconds(at - killedAt)] as const);
    for (const [name, after] of moves) figure(`${name} moves`, `${after} s after the kill`);
    const { load, taken } = await feeding;
    const counts = report(load, taken);
    const longestOfAll = seconds(longestWait(taken, load));
    figure("longest wait of a message", `${longestOfAll} s`);
    return {
      suite: "broker",
      answers_after_s: answersAfter,
      moves_after_s: Object.fromEntries(moves),
      longest_wait_s: longestOfAll,
      ...counts,
    };
  } finally {
    await world.close();
    await stack.remove();
  }
}

/** Stages that no mail, push or text passes. */
const beside: readonly Stage[] = ["inapp-sender", "digest", "scheduler"];
const onTheWay = stages.filter((name) => !beside.includes(name));

/** When a stage is done with a record again, by its own count, once what it had in hand at the kill is done. */
async function firstMove(name: string, url: string): Promise<{ readonly name: string; readonly at: number }> {
  await sleep(1_500);
  const before = await recordsDone(url);
  for (;;) {
    await sleep(100);
    if ((await recordsDone(url)) > before) return { name, at: Date.now() };
  }
}

async function recordsDone(url: string): Promise<number> {
  return counted([await (await fetch(`${url}/metrics`)).text()], "comms_stage_records_total");
}

async function feedFor(world: World, crowd: Crowd, seconds: number) {
  const since = Date.now();
  const load = await feedWorld(world, crowd, { perSecond, seconds });
  const taken = await untilTaken(world, load, since);
  return { load, taken: taken.filter(({ msg_id = "" }) => load.due.has(msg_id)) };
}

function seconds(ms: number): number {
  return Number((ms / 1000).toFixed(1));
}

function report(load: Load, taken: readonly CallEntry[]): Pick<BrokerFigures, "lost" | "twice"> {
  const messages = new Set(taken.map((entry) => entry.msg_id));
  const [lost, twice] = [load.due.size - messages.size, taken.length - messages.size];
  figure("by the providers' ledger", `${lost} lost, ${twice} twice, of ${load.due.size}`);
  return { lost, twice };
}

function waits(taken: readonly CallEntry[], load: Load): readonly number[] {
  return taken.map((entry) => entry.time_ms - (load.due.get(entry.msg_id ?? "") ?? entry.time_ms));
}

function longestWait(taken: readonly CallEntry[], load: Load): number {
  return Math.max(...waits(taken, load));
}
