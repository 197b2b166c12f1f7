import { EventEmitter } from "node:events";
import type { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { redisKeys } from "#shared/platform/redis/keys.ts";
import { watchServerIdentity } from "#shared/platform/redis/server-identity.ts";
import { createRedisDedupe } from "#shared/state/dedupe/redis-dedupe.ts";

/** A client on the server `first`, which answers each claim with `m`; where `moves`, it sends on a new connection, to `second`. */
function clientOf(moves: boolean): { readonly redis: Redis; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  let server = "first";
  const events = new EventEmitter();
  const pipeline = {
    evalsha: (...args: unknown[]) => asked.push(args[5]),
    exec: async () => {
      if (moves) {
        server = "second";
        events.emit("close");
        events.emit("ready");
      }
      return [[null, ["m"]]];
    },
  };
  const client = { info: async () => `run_id:${server}\r\n`, pipeline: () => pipeline };
  const redis = Object.assign(events, client) as unknown as Redis;
  watchServerIdentity(redis);
  events.emit("ready");
  return { redis, asked };
}

const claims = [{ tenantId: "acme", userId: "anna", channel: "SMS", key: "k", msgId: "m" }] as const;

describe("claims whose connection is lost before they are sent", () => {
  it("are answered by the server that they were meant for", async () => {
    const { redis, asked } = clientOf(false);
    const dedupe = createRedisDedupe({ redis, keys: redisKeys("p:") });
    expect(await dedupe.claim(claims, 0)).toEqual(["m"]);
    expect(asked).toEqual(["first"]);
  });

  it("count for nothing where another server answered, which may name the first as its own", async () => {
    const { redis, asked } = clientOf(true);
    const dedupe = createRedisDedupe({ redis, keys: redisKeys("p:") });
    await expect(dedupe.claim(claims, 0)).rejects.toMatchObject({ code: "COMMS_STATE_STALE", retryable: true });
    expect(asked).toEqual(["first"]);
  });
});
