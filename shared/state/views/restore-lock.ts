import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Position } from "#shared/contracts/log-record.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { redisCall } from "#shared/platform/redis/redis.ts";
import { luaFile, runScript } from "#shared/platform/redis/script.ts";
import { positionArgs } from "./applied-positions.ts";
import type { Marker } from "./marker.ts";

const finishRebuild = luaFile(import.meta.url, "./finish-rebuild.lua");
const renewLock = luaFile(import.meta.url, "./renew-lock.lua");
const releaseLock = luaFile(import.meta.url, "./release-lock.lua");

/** Where the locks are kept, and how long one binds. */
export interface RestoreLockOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  /** How long a restorer that died keeps others out, ms. Default 10,000. */
  readonly leaseMs?: number;
}

/** What a restoration has come to. */
export interface RestorationEnd {
  readonly marker: Marker;
  /** All below is applied. */
  readonly positions: readonly Position[];
  /** The identity of the log that was read. */
  readonly log: string;
}

/**
 * Lets one process at a time restore a state. A wipe removes the lock as well, and only the owner of the lock can set
 * the marker: so a wipe during the restoration is noticed.
 */
export interface RestoreLock {
  readonly leaseMs: number;
  take(): Promise<boolean>;
  /** Renews the lease once a quarter of it has passed; false if the lock is lost. */
  renew(): Promise<boolean>;
  /** Sets marker and positions and ends the lock; false if the lock was lost, or another server answers than the marker names. */
  finish(end: RestorationEnd): Promise<boolean>;
  /** Never rejects: if Redis does not answer, the lease ends by itself. */
  release(): Promise<void>;
}

/** A lock for one restoration of the state with this name, not taken yet. */
export function createRestoreLock(
  { redis, keys, clock, leaseMs = 10_000 }: RestoreLockOptions,
  name: string,
): RestoreLock {
  const owner = randomUUID();
  const key = keys.restoring(name);
  let renewed = 0;
  return {
    leaseMs,
    take: async () => {
      renewed = clock.now();
      return (await redisCall(() => redis.set(key, owner, "PX", leaseMs, "NX"))) === "OK";
    },
    renew: async () => {
      if (clock.now() - renewed < leaseMs / 4) return true;
      renewed = clock.now();
      return (await runScript(redis, renewLock, { keys: [key], args: [owner, leaseMs] })) === 1;
    },
    finish: async ({ marker, positions, log }) => {
      const call = {
        keys: [key, keys.marker(name), keys.applied(name)],
        args: [owner, JSON.stringify(marker), marker.server ?? "", log, ...positionArgs(positions)],
      };
      return (await runScript(redis, finishRebuild, call)) === 1;
    },
    release: () => runScript(redis, releaseLock, { keys: [key], args: [owner] }).then(ignore, ignore),
  };
}

function ignore(): void {}
