import { setTimeout as sleep } from "node:timers/promises";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { Character } from "#cli/demo/people.ts";
import type { Event } from "#shared/contracts/records.ts";
import { signUnsubscribe, unsubscribeKeys } from "#shared/platform/crypto/unsubscribe-token.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aCrowd, aPerson } from "#tests/support/world/people.ts";
import { suppressionOf } from "#tests/support/world/suppressions.ts";
import { sellerTo } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";
import { mailsTo, offBy, seconds } from "./mails.ts";
import { probe } from "./probes.ts";

const secret = "0123456789abcdef0123456789abcdef";
/** Gets bookings, and unsubscribes from them while the materializer stands still. */
const leaver = aPerson("leaver");
/** Gets bookings, and unsubscribes from them behind the bad profiles. */
const secondLeaver = aPerson("second-leaver");
/** They get receipts, which are critical, and are blocked for legal reasons. */
const blocked = aCrowd("blocked", 3);
/** Each gets a booking and a receipt in turn. */
const others = aCrowd("other", 100);
/** Longer than anything may pass on old views. */
const stoppedSeconds = 80;
const badProfiles = 20;

const eventFactory = createEventFactory("a2");

/** A materializer that stands still, and one that is given rubbish. */
export const oldViews: Attack = {
  id: "a2",
  did: `materializer stopped (SIGSTOP) for ${stoppedSeconds} s, then an unsubscribe and three legal blocks; ${badProfiles} bad profiles, then an unsubscribe`,
  run: async () => [...(await inWorld(standStill)), ...(await inWorld(giveBadProfiles))],
};

interface Scene {
  readonly world: World;
  readonly materializer: WorldChild;
  readonly rest: WorldChild;
}

/** A world of its own, whose materializer is a process of its own. */
async function inWorld(attack: (scene: Scene) => Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  const world = await startWorld({ watch: false, env: { COMMS_UNSUBSCRIBE_SECRET: secret } });
  const materializer = await world.start(["materializer"]);
  try {
    const rest = await world.start(allBut("materializer"));
    await world.introduce([leaver, secondLeaver, ...blocked, ...others]);
    return await attack({ world, materializer, rest });
  } finally {
    process.kill(materializer.pid, "SIGCONT");
    await world.close();
  }
}

/** An opt-out as it was answered. */
interface OptOut {
  readonly at: number;
  readonly figure: Figure;
}

async function standStill(scene: Scene): Promise<readonly Figure[]> {
  const { world, materializer, rest } = scene;
  process.kill(materializer.pid, "SIGSTOP");
  const stopped = Date.now();
  const optOut = await unsubscribe(world, leaver);
  await world.write(blocked.map((one) => suppressionOf(world, one, "LEGAL")));
  const blockedAt = Date.now();
  let unreadyAfterMs = Number.POSITIVE_INFINITY;
  let due = 0;
  while (Date.now() < stopped + stoppedSeconds * 1_000) {
    const toOthers = nextOf(others, due / 2).flatMap((one) => [booking(one), receipt(one)]);
    await world.produceEvents(booking(leaver), ...blocked.map(receipt), ...toOthers);
    due += toOthers.length;
    if ((await probe(rest, "readyz")) !== 200) unreadyAfterMs = Math.min(unreadyAfterMs, Date.now() - stopped);
    await sleep(1_000);
  }
  return [
    optOut.figure,
    lastOf("bookings to who unsubscribed, after the answer", await timesOf(world, [leaver], optOut.at), 5),
    lastOf("receipts to who is blocked, after the block", await timesOf(world, blocked, blockedAt), 60),
    atMost("/readyz of routers and senders fails after", seconds(unreadyAfterMs), { bound: 30, unit: "s" }),
    ...(await goOn(scene, due)),
  ];
}

/** What was held is sent now, and what is not allowed is not. */
async function goOn({ world, materializer }: Scene, due: number): Promise<readonly Figure[]> {
  const resumed = Date.now();
  process.kill(materializer.pid, "SIGCONT");
  const all = async () => (await mailsTo(world, others)).length >= due;
  const arrived = await eventually(all, "the others' mails", 90_000).catch(() => false);
  const waitedMs = arrived ? Date.now() - resumed : Number.POSITIVE_INFINITY;
  if (arrived) await world.drained(90_000);
  const refused = await timesOf(world, [leaver, ...blocked], resumed);
  return [
    atMost("mails to any of them once it goes on", refused.length, { bound: 0, unit: "mails" }),
    atMost(`of ${due} mails to others, lost or sent twice`, offBy(await mailsTo(world, others), due), {
      bound: 0,
      unit: "mails",
    }),
    atMost("the last of those, once it goes on", seconds(waitedMs), { bound: 30, unit: "s" }),
  ];
}

async function giveBadProfiles({ world, materializer }: Scene): Promise<readonly Figure[]> {
  const bad = Array.from({ length: badProfiles }, (_, n) => ({
    topic: `${world.prefix}comms.profiles`,
    key: `default/bad-${n}`,
    value: Buffer.from("{}"),
  }));
  await world.drained();
  await world.write(bad);
  await sleep(5_000);
  const ready = await probe(materializer, "readyz");
  const optOut = await unsubscribe(world, secondLeaver);
  for (let n = 0; n < 20; n++) {
    await world.produceEvents(booking(secondLeaver));
    await sleep(1_000);
  }
  const written = Date.now();
  const known = await world.introduce([aPerson("newcomer")]).then(
    () => true,
    () => false,
  );
  const knownMs = known ? Date.now() - written : Number.POSITIVE_INFINITY;
  return [
    lastOf("behind bad profiles: bookings to who unsubscribed", await timesOf(world, [secondLeaver], optOut.at), 5),
    { what: "/readyz of the materializer behind them", value: `${ready}`, bound: "200", holds: ready === 200 },
    atMost("a good profile behind them is known after", seconds(knownMs), { bound: 5, unit: "s" }),
  ];
}

/** Unsubscribes a person from bookings in one click, as the mail's header asks a mail program to. */
async function unsubscribe(world: World, { userId, email }: Character): Promise<OptOut> {
  const claim = {
    tenantId: "default",
    userId,
    channel: "email",
    addressHash: world.platform.hasher.hash("EMAIL", email),
    scope: "category:booking",
    msgId: "",
    expiresAt: Date.now() + 3_600_000,
  };
  const asked = Date.now();
  const path = `/unsubscribe/${signUnsubscribe(claim, unsubscribeKeys(secret))}`;
  const { status } = await fetch(world.gatewayUrl + path, { method: "POST" });
  const at = Date.now();
  const value = `${status} after ${seconds(at - asked)} s`;
  return {
    at,
    figure: {
      what: "the unsubscribe is answered",
      value,
      bound: "200, 3 s",
      holds: status === 200 && at < asked + 3_000,
    },
  };
}

/** Two of them, behind those who had their turn. */
function nextOf(people: readonly Character[], turns: number): readonly Character[] {
  return [0, 1].flatMap((n) => people[(turns + n) % people.length] ?? []);
}

function booking({ userId }: Character): Event {
  return eventFactory.booking({ buyer: userId, seller: sellerTo(userId) }, Date.now());
}

function receipt({ userId }: Character): Event {
  return eventFactory.receipt(userId, Date.now());
}

/** How long after `since` mails to these people were taken, ms. */
async function timesOf(world: World, people: readonly Character[], since: number): Promise<readonly number[]> {
  return (await mailsTo(world, people)).map(({ time_ms }) => time_ms - since).filter((ms) => ms > 0);
}

/** How many came, and how late the last of them; none may be later than the bound, s. */
function lastOf(what: string, times: readonly number[], bound: number): Figure {
  const last = seconds(Math.max(0, ...times));
  const value = times.length === 0 ? "none" : `${times.length}, the last after ${last} s`;
  return { what, value, bound: `none after ${bound} s`, holds: last <= bound };
}
