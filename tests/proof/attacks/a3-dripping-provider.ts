import type { ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Character } from "#cli/demo/people.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aPerson } from "#tests/support/world/people.ts";
import { sellerTo, tallied } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";
import { askForCodes } from "./codes.ts";
import { type Front, startFront } from "./front.ts";
import { sendHostile } from "./standstill.ts";
import { sweepAdapters } from "./sweep.ts";

/** Well below the 5 s that a call has, on a busy machine too: no timeout between two bytes ever ends it. */
const pieceMs = 3_000;
/** As many as a sender has calls in work. */
const victims = crowd("slow", 256);
const others = crowd("other", 10);
/** How long codes are waited for, ms. */
const patienceMs = 90_000;

function crowd(name: string, size: number): readonly Character[] {
  return Array.from({ length: size }, (_, at) => {
    const phone = `+1${name === "slow" ? 415 : 212}555${String(1_000 + at)}`;
    return aPerson(`${name}-${at}`, { phone, sms: true });
  });
}

interface Scene {
  readonly world: World;
  readonly front: Front;
}

async function drip(response: ServerResponse): Promise<void> {
  response.writeHead(201, { "content-type": "application/json", "content-length": 1_000 }).flushHeaders();
  for (const letter of `{"sid":"SM${"0".repeat(900)}`) {
    if (response.destroyed) return;
    response.write(letter);
    await sleep(pieceMs, undefined, { ref: false });
  }
}

async function bookFor(world: World, { userId }: Character): Promise<void> {
  const actors = [
    { role: "buyer", user_id: userId },
    { role: "seller", user_id: sellerTo(userId) },
  ];
  const payload = {
    booking_id: userId,
    status: "confirmed",
    listing_title: "A room",
    starts_at: "2027-03-14T17:30:00Z",
    tz: "America/New_York",
    total: { amount_micros: 1_000_000, currency: "USD" },
    buyer_name: "A",
    seller_name: "B",
    booking_url: "https://app.example.com/b",
  };
  const body = JSON.stringify({ name: "booking.confirmed", cause_ref: `bk-${userId}`, actors, payload });
  const headers = { "content-type": "application/json", authorization: `Bearer ${await world.apiKey()}` };
  const { status, text } = await sendHostile(world.gatewayUrl, { path: "/v1/events", headers, body });
  if (status !== 202) throw new Error(`The gateway answered ${status}: ${text}`);
}

/** How many of the others have their code, by the provider's own ledger. */
async function codesOut(world: World): Promise<number> {
  const numbers = new Set(others.map(({ phone }) => phone));
  const taken = await world.ledger({ provider: "twilio", outcome: "accepted" });
  return new Set(taken.flatMap(({ recipient = "" }) => (numbers.has(recipient) ? [recipient] : []))).size;
}

/** Watches when a process first says that it is not ready; `after` is in s, undefined while it has not. */
function watchReadiness({ healthUrl }: WorldChild) {
  const begun = performance.now();
  let after: number | undefined;
  const ask = async () => {
    if ((await fetch(`${healthUrl}/readyz`)).status === 503) after ??= secondsSince(begun);
  };
  const timer = setInterval(() => void ask().catch(() => {}), 250);
  return { after: () => after, stop: () => clearInterval(timer) };
}

function secondsSince(begun: number): number {
  return Math.round((performance.now() - begun) / 1_000);
}

/** Texts that wait for the sender are called all at once. */
async function queueVictims(world: World): Promise<void> {
  for (const person of victims) await bookFor(world, person);
  const queued = () => new Set(world.watch.of("comms.send.sms").map(({ msg_id }) => msg_id)).size;
  await world.watch.until(() => queued() >= victims.length, "every text to be queued", 120_000);
}

async function attack({ world, front }: Scene): Promise<readonly Figure[]> {
  const called: string[] = [];
  const slow = new Set(victims.map(({ phone }) => phone));
  front.script((body, response) => {
    const to = new URLSearchParams(body).get("To") ?? "";
    if (!slow.has(to)) return "passed on";
    called.push(to);
    void drip(response);
    return "answered";
  });
  await queueVictims(world);
  const sender = await world.start(["sms-sender"], { COMMS_TWILIO_URL: `${front.url}/twilio` });
  await eventually(() => front.open() >= 200, "the calls to hang", 60_000);
  const begun = performance.now();
  const readiness = watchReadiness(sender);
  const most = front.open();
  await askForCodes(world, others, "a3");
  await eventually(async () => (await codesOut(world)) === others.length, "the codes", patienceMs).catch(() => {});
  const after = secondsSince(begun);
  const missing = others.length - (await codesOut(world));
  await sleep(Math.max(0, 20_000 - 1_000 * after));
  readiness.stop();
  const green = Math.min(readiness.after() ?? after, after);
  const times = Math.max(...tallied(called).values());
  return [
    atMost(`calls that still hang after ${secondsSince(begun)} s, of ${most}`, front.open(), {
      bound: 0,
      unit: "calls",
    }),
    atMost("codes of ten others that have not gone out", missing, { bound: 0, unit: "codes" }),
    atMost("the last of them went after", after, { bound: 30, unit: "s" }),
    atMost("`/readyz` was green, and no code went, for", green, { bound: 30, unit: "s" }),
    atMost("calls a message that hung", times, { bound: 1, unit: "calls" }),
    await dripOnEverybody({ world, front }, sender),
  ];
}

/** How long it takes until a sender says that its provider answers nobody. */
async function dripOnEverybody({ world, front }: Scene, sender: WorldChild): Promise<Figure> {
  front.script((_body, response) => {
    void drip(response);
    return "answered";
  });
  const readiness = watchReadiness(sender);
  await askForCodes(world, others, "a3-all");
  await eventually(() => readiness.after() !== undefined, "the sender to say so", patienceMs).catch(() => {});
  readiness.stop();
  const what = "Twilio drips on everybody: `/readyz` says so after";
  return atMost(what, readiness.after() ?? patienceMs / 1_000, { bound: 60, unit: "s" });
}

async function run(): Promise<readonly Figure[]> {
  const world = await startWorld();
  const front = await startFront(world.simulatorUrl);
  try {
    await world.start(allBut("sms-sender"));
    await world.introduce([...victims, ...others]);
    const figures = await attack({ world, front });
    return [...figures, ...(await sweepAdapters())];
  } finally {
    await world.close();
    await front.close();
  }
}

/** A provider that never ends its answer, and is never silent for as long as a timeout waits. */
export const drippingProvider: Attack = {
  id: "a3",
  did: `Twilio answers 256 texts in pieces ${pieceMs / 1_000} s apart; every adapter before a server that drips, stalls, floods or lies`,
  run,
};
