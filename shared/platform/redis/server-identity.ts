import type { Redis } from "ioredis";
import { codeOf } from "../errors/app-error.ts";
import { redisError } from "./redis-error.ts";

const identity: unique symbol = Symbol("identity of the server");

interface Identified {
  [identity]?: () => Promise<string>;
}

/**
 * Learns at each connection which run of a server it reaches. A server that comes back from a snapshot, and a replica that
 * takes over, have another identity than the one before.
 */
export function watchServerIdentity(redis: Redis): void {
  let next = Promise.withResolvers<string>();
  let current = next.promise;
  redis.on("ready", () => {
    const waiting = next;
    const isOver = () => waiting !== next;
    void runIdOf(redis, isOver).then(waiting.resolve);
  });
  redis.on("close", () => {
    next.resolve("");
    next = Promise.withResolvers<string>();
    current = next.promise;
  });
  (redis as Identified)[identity] = () => current;
}

/**
 * The identity of the server that the client is connected to: its `run_id`; empty if the server does not say, or if the
 * connection ended before it did. Asked for after a reply, it is there at once.
 */
export function serverIdOf(redis: Redis): Promise<string> {
  return (redis as Identified)[identity]?.() ?? Promise.resolve("");
}

/** Asks until the server answers, as long as the connection lasts. A server that refuses the question has no identity. */
async function runIdOf(redis: Redis, isOver: () => boolean): Promise<string> {
  while (!isOver()) {
    try {
      return /^run_id:(\w+)/m.exec(await redis.info("server"))?.[1] ?? "";
    } catch (error) {
      if (codeOf(redisError(error)) !== "REDIS_UNAVAILABLE") return "";
    }
  }
  return "";
}
