import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { redisCall } from "#shared/platform/redis/redis.ts";
import { luaFile, runScript } from "#shared/platform/redis/script.ts";
import type { Marker } from "./marker.ts";
import { readDecoded, type TopicReader } from "./topic-reader.ts";
import type { RebuildableState } from "./views.ts";

const finishRebuild = luaFile(import.meta.url, "./finish-rebuild.lua");
const renewLock = luaFile(import.meta.url, "./renew-lock.lua");
const releaseLock = luaFile(import.meta.url, "./release-lock.lua");

/** What restores, and how often it looks. */
export interface RestorerOptions extends TopicReader {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly states: readonly RebuildableState[];
  /** How often each marker is looked for, ms. Default 500. */
  readonly pollMs?: number;
  /** How long a restorer that died keeps others out, ms. Default 10,000. */
  readonly leaseMs?: number;
  /** Told at every look whether a restorable may be trusted, and of each restoration. */
  readonly report?: RestorerReport;
}

/** Who is told of restorations. Must not throw. */
export interface RestorerReport {
  ready(name: string, ready: boolean): void;
  restored(name: string): void;
}

/** What became of one restoration. */
interface Restoration {
  readonly name: string;
  /** `restored`; `elsewhere`, as another process is at it; `interrupted`, as Redis was wiped meanwhile or the signal came. */
  readonly result: "restored" | "elsewhere" | "interrupted";
  readonly records: number;
  readonly elapsedMs: number;
}

/** Restores what Redis lost, by itself or when asked. */
export interface Restorer {
  /** One a restorable: looks for its marker, and restores it where that is gone. */
  readonly jobs: readonly Job[];
  /**
   * Takes the marker of each away, which stops its readers, and restores it from the first record; for `comms rebuild`.
   * Resolves when all are there again. Throws retryable `Trouble`, after which the marker stays away until a job or
   * another call has restored it.
   */
  rebuild(names: readonly string[], signal: AbortSignal): Promise<readonly Restoration[]>;
}

/** Restores from the log what Redis has lost. Any number of processes may do it; one at a time restores each name. */
export function createRestorer(options: RestorerOptions): Restorer {
  const { redis, keys, clock, states: restorables, pollMs = 500 } = options;
  let looked: { readonly at: Instant; readonly gone: Promise<ReadonlySet<string>> } | undefined;

  const missing = async (name: string) => (await redisCall(() => redis.exists(keys.marker(name)))) === 0;

  const look = async (): Promise<ReadonlySet<string>> => {
    const markers = await redisCall(() => redis.mget(restorables.map(({ name }) => keys.marker(name))));
    return new Set(restorables.filter((_, i) => markers[i] === null).map(({ name }) => name));
  };

  /** One look serves the jobs whose turns come together: a trip for each is what an idle materializer would spend most on. */
  const gone = (now: Instant): Promise<ReadonlySet<string>> => {
    if (looked === undefined || now - looked.at >= pollMs / 2) looked = { at: now, gone: look() };
    const { gone } = looked;
    gone.catch(() => {
      looked = undefined;
    });
    return gone;
  };

  const jobOf = (restorable: RebuildableState): Job => ({
    name: `restore ${restorable.name}`,
    run: async (now, _emit, signal) => {
      const isGone = (await gone(now)).has(restorable.name);
      options.report?.ready(restorable.name, !isGone);
      if (!isGone) return pollMs;
      const { result } = await restore(options, restorable, signal);
      looked = undefined;
      if (result === "restored") options.report?.restored(restorable.name);
      return pollMs;
    },
  });

  const rebuildOne = async (restorable: RebuildableState, signal: AbortSignal): Promise<Restoration> => {
    await redisCall(() => redis.del(keys.marker(restorable.name)));
    for (;;) {
      const restoration = await restore(options, restorable, signal);
      if (restoration.result === "restored" || signal.aborted || !(await missing(restorable.name))) return restoration;
      await clock.sleep(pollMs, signal);
    }
  };

  return {
    jobs: restorables.map(jobOf),
    rebuild: async (names, signal) => Promise.all(chosen(restorables, names).map((each) => rebuildOne(each, signal))),
  };
}

function chosen(restorables: readonly RebuildableState[], names: readonly string[]): readonly RebuildableState[] {
  const unknown = names.find((name) => !restorables.some((each) => each.name === name));
  if (unknown !== undefined) {
    throw new Error(
      `Nothing named ${unknown} can be rebuilt; there are ${restorables.map((each) => each.name).join(", ")}`,
    );
  }
  return restorables.filter((each) => names.includes(each.name));
}

/**
 * The lock's token is the guard: a wipe takes the lock along, and the marker is set only by the token that still holds
 * it. A second wipe during the restoration is noticed by that, and the next look at the marker begins again.
 */
async function restore(
  options: RestorerOptions,
  restorable: RebuildableState,
  signal: AbortSignal,
): Promise<Restoration> {
  const { clock } = options;
  const began = clock.now();
  const lock = lockOf(options, restorable.name);
  const told = (result: Restoration["result"], records: number): Restoration => {
    return { name: restorable.name, result, records, elapsedMs: clock.now() - began };
  };
  if (!(await lock.take())) return told("elsewhere", 0);
  try {
    if (!(await waitOut(options, await quarantineOf(options, restorable), lock, signal))) return told("interrupted", 0);
    const asOf = clock.now();
    const records = await replay(options, restorable, lock, signal);
    const done = records !== undefined && (await lock.finish({ epoch: randomUUID(), as_of: asOf }));
    return told(done ? "restored" : "interrupted", records ?? 0);
  } finally {
    await lock.release();
  }
}

async function quarantineOf({ log, prefix }: RestorerOptions, restorable: RebuildableState): Promise<number> {
  if (restorable.quarantineFor === undefined || restorable.quarantineMs === 0) return restorable.quarantineMs;
  const offsets = await log.offsets(restorable.quarantineFor.map((topic) => `${prefix}${topic}`));
  return offsets.every(({ high }) => high === 0) ? 0 : restorable.quarantineMs;
}

/** Waits in steps short enough to keep the lock; false when it was lost or the signal came. */
async function waitOut(options: RestorerOptions, waitMs: number, lock: Lock, signal: AbortSignal): Promise<boolean> {
  const until = options.clock.now() + waitMs;
  for (;;) {
    const left = until - options.clock.now();
    if (left <= 0) return !signal.aborted;
    await options.clock.sleep(Math.min(left, lock.leaseMs / 3), signal);
    if (signal.aborted || !(await lock.renew())) return false;
  }
}

/** Applies every record up to the captured ends; their number, or undefined when the lock was lost or the signal came. */
async function replay(options: RestorerOptions, restorable: RebuildableState, lock: Lock, signal: AbortSignal) {
  let records = 0;
  for await (const batch of readDecoded(options, restorable.topics, signal)) {
    await restorable.apply(batch, options.clock.now());
    records += batch.length;
    if (!(await lock.renew())) return undefined;
  }
  return signal.aborted ? undefined : records;
}

interface Lock {
  readonly leaseMs: number;
  take(): Promise<boolean>;
  /** Prolongs it where it has grown old; false when it is lost. */
  renew(): Promise<boolean>;
  finish(marker: Marker): Promise<boolean>;
  release(): Promise<void>;
}

function lockOf({ redis, keys, clock, leaseMs = 10_000 }: RestorerOptions, name: string): Lock {
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
      return (await runScript(redis, renewLock, [key], [owner, leaseMs])) === 1;
    },
    finish: async (marker) =>
      (await runScript(redis, finishRebuild, [key, keys.marker(name)], [owner, JSON.stringify(marker)])) === 1,
    // Where Redis does not answer, the lease ends by itself.
    release: () => runScript(redis, releaseLock, [key], [owner]).then(ignore, ignore),
  };
}

function ignore(): void {}
