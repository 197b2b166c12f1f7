import type { Redis } from "ioredis";
import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { redisCall } from "#shared/platform/redis/redis.ts";
import { addScript, luaFile, runPipeline } from "#shared/platform/redis/script.ts";
import { positionField } from "./applied-positions.ts";
import type { Continuity } from "./continuity.ts";
import { redisInstant } from "./marker.ts";
import { storedStates } from "./stored-states.ts";
import type { RebuildableState } from "./views.ts";

const stampMarker = luaFile(import.meta.url, "./stamp-marker.lua");

/** The markers to move forward, and what says how far. */
export interface FreshnessOptions {
  readonly log: Log;
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly states: readonly RebuildableState[];
  readonly continuity: Continuity;
  /** The prefix of every topic's name. */
  readonly prefix: string;
  /** The group that fills the views. */
  readonly groupId: string;
  /** How often, ms. Default 1,000: what is not critical is sent on a view of five seconds at most. */
  readonly everyMs?: number;
}

/** The ends of a state's topics as of an instant: a goal that is not reached yet. */
interface Goal {
  readonly at: Instant;
  readonly ends: readonly Position[];
}

/** A state whose marker this process may move, with what is known to be applied of it. */
interface Candidate {
  readonly state: RebuildableState;
  readonly applied: ReadonlyMap<string, number>;
}

/**
 * Moves the marker of each state that has an age to the latest instant up to which everything written is applied, by the
 * clock of Redis. It reads what lies in Redis beside the data, so it holds for any number of processes that share the
 * partitions, and an idle topic is as fresh as a busy one. A state on a new server is not touched before that is trusted.
 */
export function createFreshness(options: FreshnessOptions): Job {
  const { log, prefix, states, redis, continuity, everyMs = 1_000 } = options;
  const aged = states.filter((state) => state.hasAge);
  const topics = [...new Set(aged.flatMap((state) => state.topics))].map((topic) => `${prefix}${topic}`);
  const goals = new Map<string, Goal>();

  return {
    name: "freshness",
    run: async (now) => {
      const server = await continuity.server();
      await continuity.adopt(now);
      const at = redisInstant(await redisCall(() => redis.time()));
      const ends = endsOf(await log.offsets(topics));
      const candidates = await candidatesOf(options, server);
      const waiting = candidates.some(({ state, applied }) => !isReached(endsFor(state, prefix, ends), applied));
      const known = waiting ? await withPassed(options, candidates) : candidates;
      const reached = known.flatMap(({ state, applied }) => {
        const step = advance(goals.get(state.name), { at, ends: endsFor(state, prefix, ends) }, applied);
        if (step.next) goals.set(state.name, step.next);
        else goals.delete(state.name);
        return step.reachedAt === undefined ? [] : [{ name: state.name, at: step.reachedAt }];
      });
      await stamp(options, server, reached);
      return everyMs;
    },
  };
}

async function candidatesOf(options: FreshnessOptions, server: string): Promise<readonly Candidate[]> {
  const stored = await storedStates({ ...options, states: options.states.filter((state) => state.hasAge) });
  return stored.filter(({ marker }) => marker !== undefined && (marker.server ?? server) === server);
}

/**
 * What is applied, and what the group has passed: records that cannot be decoded are committed, and never applied. The state
 * is on a server that is trusted, so nothing else can lie between the two.
 */
async function withPassed(
  { log, groupId, prefix, continuity }: FreshnessOptions,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const topics = candidates.flatMap(({ state }) => state.topics.map((topic) => `${prefix}${topic}`));
  const committed = await log.committed(groupId, topics);
  return Promise.all(
    candidates.map(async ({ state, applied }) => {
      const passed = committed.filter(
        (position) => isOf(state, prefix, position) && position.offset > (applied.get(positionField(position)) ?? 0),
      );
      if (passed.length > 0) await continuity.pass(state, passed);
      const more = passed.map((position) => [positionField(position), position.offset] as const);
      return { state, applied: new Map([...applied, ...more]) };
    }),
  );
}

/** The latest goal that is reached, and the goal to check next time. */
function advance(
  earlier: Goal | undefined,
  latest: Goal,
  applied: ReadonlyMap<string, number>,
): { readonly reachedAt?: Instant; readonly next?: Goal } {
  if (isReached(latest.ends, applied)) return { reachedAt: latest.at };
  if (earlier === undefined) return { next: latest };
  return isReached(earlier.ends, applied) ? { reachedAt: earlier.at, next: latest } : { next: earlier };
}

function isReached(ends: readonly Position[], applied: ReadonlyMap<string, number>): boolean {
  return ends.every((end) => (applied.get(positionField(end)) ?? 0) >= end.offset);
}

/** Leaves out a partition that holds nothing to read. */
function endsOf(offsets: Awaited<ReturnType<Log["offsets"]>>): readonly Position[] {
  const filled = offsets.filter(({ low, high }) => high > low);
  return filled.map(({ topic, partition, high }) => ({ topic, partition, offset: high }));
}

function endsFor(state: RebuildableState, prefix: string, ends: readonly Position[]): readonly Position[] {
  return ends.filter((end) => isOf(state, prefix, end));
}

function isOf(state: RebuildableState, prefix: string, { topic }: TopicPartition): boolean {
  return state.topics.some((each) => `${prefix}${each}` === topic);
}

async function stamp(
  { redis, keys }: FreshnessOptions,
  server: string,
  reached: readonly { readonly name: string; readonly at: Instant }[],
): Promise<void> {
  if (reached.length === 0) return;
  await runPipeline(redis, [stampMarker], (pipeline) => {
    for (const { name, at } of reached)
      addScript(pipeline, stampMarker, { keys: [keys.marker(name)], args: [server, at] });
  });
}
