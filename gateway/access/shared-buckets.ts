import type { Redis } from "ioredis";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { late, within } from "#shared/platform/kafka/deadline.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { redisCall } from "#shared/platform/redis/redis.ts";
import { luaFile, runScript } from "#shared/platform/redis/script.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";

const script = luaFile(import.meta.url, "./shared-buckets.lua");

/** What is drawn from a bucket that fills at `rate` a second up to `burst`. */
export interface BucketDraw {
  readonly rate: number;
  readonly burst: number;
  /** Tokens that should be had; as many of them are granted as are there. */
  readonly wanted: number;
  /** Tokens that were used already, and are taken whether they are there or not. */
  readonly spent: number;
}

/** What came of a draw. */
export interface DrawnTokens {
  readonly granted: number;
  /** How long until the bucket has a token, ms; 0 where it has one or granted some. */
  readonly waitMs: number;
}

/** Where buckets lie that all gateways share. Each call may reject with the retryable `REDIS_UNAVAILABLE`. */
export interface BucketStore {
  draw(name: string, draw: BucketDraw): Promise<DrawnTokens>;
  /** Resolves where the store answers. */
  ping(): Promise<unknown>;
}

/**
 * The buckets in Redis. A wipe fills them: at worst one burst too many comes through. A draw that a lost connection left
 * unanswered may be done twice, which takes too much and lets nothing more through.
 */
export function createRedisBuckets(redis: Redis, keys: RedisKeys): BucketStore {
  return {
    draw: async (name, { rate, burst, wanted, spent }) => {
      const call = { keys: [keys.sharedBucket(name)], args: [rate, burst, wanted, spent] };
      const [granted = 0, waitMs = 0] = (await runScript(redis, script, call)) as number[];
      return { granted, waitMs };
    },
    ping: () => redisCall(() => redis.ping()),
  };
}

/** Buckets that all gateways share, for as long as their store answers. */
export interface SharedBuckets {
  /** Undefined where the store does not answer in a quarter of a second, and at once while it does not. Never rejects. */
  draw(name: string, draw: BucketDraw): Promise<DrawnTokens | undefined>;
  /** False while the store does not answer: each gateway counts alone. */
  isShared(): boolean;
  /** Asks until the signal aborts whether a store is back that does not answer. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** How long a request waits for the store, ms. After one that waited in vain none does, until the store answers again. */
export const drawWaitMs = 250;
const askAwayEveryMs = 1_000;

export interface SharedBucketParts {
  readonly store: BucketStore;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "set">;
}

export function createSharedBuckets({ store, clock, metrics }: SharedBucketParts): SharedBuckets {
  let isShared = true;
  metrics.set("comms_http_limits_alone", {}, 0);

  function change(to: boolean): void {
    isShared = to;
    metrics.set("comms_http_limits_alone", {}, to ? 0 : 1);
  }

  async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
    const answer = await within(clock, drawWaitMs, work).catch((): typeof late => late);
    return answer === late ? undefined : answer;
  }

  return {
    draw: async (name, draw) => {
      if (!isShared) return undefined;
      const drawn = await inTime(store.draw(name, draw));
      if (drawn === undefined) change(false);
      return drawn;
    },
    isShared: () => isShared,
    run: async (signal) => {
      while (!signal.aborted) {
        await clock.sleep(askAwayEveryMs, signal);
        if (isShared || signal.aborted) continue;
        if ((await inTime(store.ping().then(() => true))) === true) change(true);
      }
    },
  };
}
