import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { type HangingProxy, startHangingProxy } from "#tests/support/hanging-proxy.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { tallied } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const hungMs = 35_000;

/** Their keys are in memory when Postgres hangs. */
const warm = aCrowd("warm", 20);
/** Nobody has written to them yet: their keys are in Postgres, or nowhere. */
const cold = aCrowd("cold", 20);

const eventFactory = createEventFactory("hung");
let world: World;
let proxy: HangingProxy;
let path: WorldChild;
let sender: WorldChild;

beforeAll(async () => {
  world = await startWorld();
  const url = new URL(world.env["COMMS_POSTGRES_URL"] ?? "");
  proxy = await startHangingProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  const env = { COMMS_POSTGRES_URL: url.href };
  path = await world.start(allBut("email-sender"), env);
  sender = await world.start(["email-sender"], env);
  await world.introduce([...warm, ...cold]);
});
afterAll(async () => {
  proxy?.goOn();
  await world?.close();
  await proxy?.close();
});

function receipts(crowd: typeof warm) {
  return crowd.map(({ userId }) => eventFactory.receipt(userId, Date.now()));
}

async function mailsTo(crowd: typeof warm): Promise<readonly string[]> {
  const addresses = new Set(crowd.map(({ email }) => email));
  const calls = await world.ledger({ provider: "ses", outcome: "accepted" });
  return calls.map(({ recipient }) => recipient ?? "").filter((recipient) => addresses.has(recipient));
}

/** Waits until each of them has so many mails, and prints for how long. */
async function untilMailed(
  crowd: typeof warm,
  each: number,
  { what, ms }: { readonly what: string; readonly ms: number },
) {
  const began = Date.now();
  const done = async () => (await mailsTo(crowd)).length >= each * crowd.length;
  await eventually(done, `mails to those who are ${what}`, ms);
  process.stderr.write(`${crowd.length} critical mails, ${what}: after ${Date.now() - began} ms\n`);
}

const unready = async ({ healthUrl }: WorldChild) => {
  const answer = await fetch(`${healthUrl}/readyz`);
  return answer.status === 503 && (await answer.text()).includes("Postgres");
};

describe("Postgres takes what is sent and never answers, for 35 s", () => {
  test("critical mail goes on to those whose key is in memory; the others wait by themselves, and the probes tell", async () => {
    await world.produceEvents(...receipts(warm));
    await untilMailed(warm, 1, { what: "warmed", ms: 30_000 });
    const began = Date.now();
    proxy.hang();
    await world.produceEvents(...receipts(cold), ...receipts(warm));
    await untilMailed(warm, 2, { what: "warm behind the cold", ms: 15_000 });
    expect(await mailsTo(cold)).toEqual([]);
    await eventually(async () => (await unready(path)) && (await unready(sender)), "the probes to tell", 20_000);
    await sleep(hungMs - 10_000 - (Date.now() - began));
    await world.produceEvents(...receipts(warm));
    await untilMailed(warm, 3, { what: "warm late in it", ms: 10_000 });
    expect(await mailsTo(cold)).toEqual([]);
    await sleep(hungMs - (Date.now() - began));
  }, 120_000);

  test("when it answers again those who waited get theirs, each once", async () => {
    proxy.goOn();
    await untilMailed(cold, 1, { what: "cold, after it answers", ms: 20_000 });
    await world.drained();
    expect(tallied(await mailsTo(cold))).toEqual(new Map(cold.map(({ email }) => [email, 1])));
    expect(tallied(await mailsTo(warm))).toEqual(new Map(warm.map(({ email }) => [email, 3])));
  }, 120_000);
});
