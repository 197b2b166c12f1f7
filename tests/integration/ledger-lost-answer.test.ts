import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BudgetRequest } from "#shared/domain/delivery/rate-budget.ts";
import { createRedis } from "#shared/platform/redis/redis.ts";
import { leaseMs } from "#shared/state/ledger/ledger.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { addresses } from "#tests/support/addresses.ts";
import { connectRedis, type TestRedis } from "#tests/support/redis.ts";

const burst = 10;
const limits = { rate: 1e-6, burst, reserve: 0 };
const budget: BudgetRequest = { account: "lost", limits, calls: 1, critical: false };

let store: TestRedis;
let proxy: Server;
let redis: Redis;
let answersLost = 0;
let losesNext = false;

/** Before Redis: swallows an answer when told to, and cuts the connection with it. */
function startLossyProxy(url: URL): Server {
  return createServer((client) => {
    const server = connect(Number(url.port), url.hostname);
    client.on("data", (bytes) => server.write(bytes));
    server.on("data", (bytes) => {
      if (!losesNext) return void client.write(bytes);
      losesNext = false;
      answersLost++;
      client.destroy();
    });
    for (const socket of [client, server]) socket.on("error", () => socket.destroy());
    client.once("close", () => server.destroy());
    server.once("close", () => client.destroy());
  }).listen(0, "127.0.0.1");
}

beforeAll(async () => {
  store = connectRedis();
  await store.redis.set(store.keys.marker("ledger"), "{}");
  const url = new URL(addresses().redis.url);
  proxy = startLossyProxy(url);
  await once(proxy, "listening");
  redis = createRedis(`redis://127.0.0.1:${(proxy.address() as AddressInfo).port}${url.pathname}`);
});
afterAll(async () => {
  redis.disconnect();
  proxy.close();
  await store.close();
});

async function callsLeft(): Promise<number> {
  const text = await store.redis.get(store.keys.budget("lost"));
  return Math.round(Number(text?.split("|")[0]));
}

test("an answer that a lost connection swallows is asked for again: the claim stands, and its budget is taken once", async () => {
  const ledger = createRedisLedger(redis, store.keys);
  const begin = (msgId: string) =>
    ledger.begin({ msgId, owner: "a", attempt: 1, leaseMs, now: 0, resend: false, budget });
  const begun = { kind: "claimed", attempt: 1, waitMs: 0 };
  // Redis knows the script from then on.
  expect(await begin("first")).toEqual(begun);
  losesNext = true;
  expect(await Promise.all([begin("second"), begin("third")])).toEqual([begun, begun]);
  expect(answersLost).toBe(1);
  expect(await callsLeft()).toBe(burst - 3);
});
