import { setTimeout as sleep } from "node:timers/promises";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { Character } from "#cli/demo/people.ts";
import { type HangingProxy, startHangingProxy } from "#tests/support/hanging-proxy.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd, aPerson } from "#tests/support/world/people.ts";
import { sellerTo } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";
import { mailsTo, messagesOf, offBy, seconds } from "./mails.ts";
import { probeAnswer } from "./probes.ts";

const hungSeconds = 35;
/** They had a mail in the minute before, so their keys are in memory. Each gets a receipt, which is critical. */
const known = aCrowd("known", hungSeconds);
/** The same, and each gets a booking, which is not. */
const ordinary = aCrowd("ordinary", hungSeconds);
/** They had none. */
const strangers = aCrowd("stranger", 5);
const beside = aCrowd("beside", 10);
const late = aPerson("late");
const fiveDaysMs = 5 * 24 * 3_600_000;

const eventFactory = createEventFactory("a6");

/** A database that says nothing, and one that is not there. */
export const hungDatabase: Attack = {
  id: "a6",
  did: `Postgres hung for ${hungSeconds} s; then down, with one event older than four days beside ${beside.length} critical ones`,
  run: async () => [...(await inWorld(hang)), ...(await inWorld(takeAway))],
};

/** Stages that do nothing without their tables. */
const onTables = ["projector", "scheduler", "digest", "inapp-sender"];

interface Scene {
  readonly world: World;
  readonly proxy: HangingProxy;
  readonly path: WorldChild;
  readonly stores: WorldChild;
}

/** A world of its own, whose processes meet Postgres behind a proxy. */
async function inWorld(attack: (scene: Scene) => Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  const world = await startWorld({ watch: false, callbacks: false });
  const url = new URL(world.env["COMMS_POSTGRES_URL"] ?? "");
  const proxy = await startHangingProxy({ host: url.hostname, port: Number(url.port) });
  try {
    url.hostname = "127.0.0.1";
    url.port = String(proxy.port);
    const env = { COMMS_POSTGRES_URL: url.href };
    const stores = await world.start(onTables, env);
    const path = await world.start(allBut(...onTables), env);
    await world.introduce([...known, ...ordinary, ...strangers, ...beside, late]);
    return await attack({ world, proxy, path, stores });
  } finally {
    await world.close();
    await proxy.close();
  }
}

async function hang(scene: Scene): Promise<readonly Figure[]> {
  const { world, proxy, path } = scene;
  await sendEach(world, [...known, ...ordinary]);
  proxy.hang();
  const hung = Date.now();
  const probes = watchProbes(scene);
  const producedAt = new Map<string, number>();
  await world.produceEvents(...strangers.map(receipt));
  for (const [n, one] of known.entries()) {
    producedAt.set(one.email, Date.now());
    await world.produceEvents(receipt(one), ...ordinary.slice(n, n + 1).map(booking));
    await sleep(1_000);
  }
  const wentOn = Date.now();
  const critical = await secondMails(world, known, hung);
  const toStrangers = (await mailsTo(world, strangers)).length;
  proxy.goOn();
  const waits = known.map(({ email }) => (critical.get(email) ?? wentOn) - (producedAt.get(email) ?? wentOn));
  const everybody = [...known, ...ordinary, ...strangers];
  const due = 2 * (known.length + ordinary.length) + strangers.length;
  const all = async () => messagesOf(await mailsTo(world, everybody)) === due;
  const arrived = await eventually(all, "every mail", 90_000).catch(() => false);
  const lastMs = arrived ? Date.now() - wentOn : Number.POSITIVE_INFINITY;
  const firstUnready = await probes.end();
  const taken = await mailsTo(world, everybody);
  const extra = taken.length - messagesOf(taken);
  const counted = await metric(path, "comms_ambiguous_sends_total", { channel: "email" });
  process.stderr.write(`${extra} sent twice, ${counted} counted as in doubt\n`);
  return [
    atLeast(`of ${known.length} critical mails to people mailed in the minute before, delivered while it hangs`, {
      value: critical.size,
      bound: known.length - 2,
    }),
    atMost("the longest wait of one of them", seconds(Math.max(...waits)), { bound: 5, unit: "s" }),
    {
      what: `of ${strangers.length} critical mails to others, whose keys lie in Postgres`,
      value: `${toStrangers} meanwhile`,
      bound: "wait",
      holds: true,
    },
    atMost("/readyz of the stages on its tables fails after", seconds(firstUnready.stores - hung), {
      bound: 15,
      unit: "s",
    }),
    atMost("/readyz of the other stages fails after", seconds(firstUnready.path - hung), { bound: 15, unit: "s" }),
    atMost("the last mail, after it goes on", seconds(lastMs), { bound: 60, unit: "s" }),
    atMost(`of ${due} mails, lost`, due - messagesOf(taken), { bound: 0, unit: "mails" }),
    atMost("sent twice, beyond those that `comms_ambiguous_sends_total` counts", extra - counted, {
      bound: 0,
      unit: "mails",
    }),
  ];
}

async function takeAway({ world, proxy }: Scene): Promise<readonly Figure[]> {
  await sendEach(world, [...beside, late]);
  proxy.cut();
  await sleep(1_000);
  const produced = Date.now();
  const old = { ...receipt(late), occurred_at: produced - fiveDaysMs };
  await world.produceEvents(old, ...beside.map(receipt));
  const done = async () => (await secondMails(world, beside, produced)).size === beside.length;
  await eventually(done, "the critical mails", 20_000).catch(() => false);
  const meanwhile = await secondMails(world, beside, produced);
  const waitMs = Math.max(...beside.map(({ email }) => meanwhile.get(email) ?? Number.POSITIVE_INFINITY)) - produced;
  const lateMeanwhile = (await secondMails(world, [late], produced)).size;
  proxy.mend();
  const mended = Date.now();
  const sent = async () => (await secondMails(world, [late], produced)).size === 1;
  const arrived = await eventually(sent, "the old event's mail", 90_000).catch(() => false);
  const lateMs = arrived ? Date.now() - mended : Number.POSITIVE_INFINITY;
  const mails = await mailsTo(world, [...beside, late]);
  return [
    atLeast(`Postgres down: of ${beside.length} critical mails beside an old event, delivered meanwhile`, {
      value: meanwhile.size,
      bound: beside.length,
    }),
    atMost("the longest wait of one of them", seconds(waitMs), { bound: 5, unit: "s" }),
    atMost("mails of the old event meanwhile", lateMeanwhile, { bound: 0, unit: "mails" }),
    atMost("the old event's mail, once Postgres is back", seconds(lateMs), { bound: 60, unit: "s" }),
    atMost("mails lost or sent twice", offBy(mails, 2 * (beside.length + 1)), { bound: 0, unit: "mails" }),
  ];
}

/** Sends everybody a receipt, so that their keys are in memory for a minute from now on. */
async function sendEach(world: World, people: readonly Character[]): Promise<void> {
  await world.produceEvents(...people.map(receipt));
  const all = async () => (await mailsTo(world, people)).length >= people.length;
  await eventually(all, "the mails before", 60_000);
}

/** When the provider took the first mail to each of these people since then. */
async function secondMails(
  world: World,
  people: readonly Character[],
  since: number,
): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  for (const { recipient = "", time_ms } of await mailsTo(world, people))
    if (time_ms >= since && !times.has(recipient)) times.set(recipient, time_ms);
  return times;
}

/** Whether a process says that Postgres is why it is not ready. */
async function isTelling(child: WorldChild): Promise<boolean> {
  const { status, text } = await probeAnswer(child, "readyz");
  return status === 503 && /postgres/i.test(text);
}

/** Looks at the probes twice a second. Its end resolves with when each was first not ready. */
function watchProbes({ path, stores }: Scene) {
  const first = { path: Number.POSITIVE_INFINITY, stores: Number.POSITIVE_INFINITY };
  const look = async (name: "path" | "stores", child: WorldChild) => {
    if (await isTelling(child)) first[name] = Math.min(first[name], Date.now());
  };
  const looks: Promise<void>[] = [];
  const timer = setInterval(() => looks.push(look("path", path), look("stores", stores)), 500);
  return {
    end: async () => {
      clearInterval(timer);
      await Promise.all(looks);
      return first;
    },
  };
}

function atLeast(what: string, { value, bound }: { readonly value: number; readonly bound: number }): Figure {
  return { what, value: `${value} mails`, bound: `at least ${bound}`, holds: value >= bound };
}

function receipt({ userId }: Character) {
  return eventFactory.receipt(userId, Date.now());
}

function booking({ userId }: Character) {
  return eventFactory.booking({ buyer: userId, seller: sellerTo(userId) }, Date.now());
}
