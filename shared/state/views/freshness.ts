import type { Redis } from "ioredis";
import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { addScript, luaFile, runPipeline } from "#shared/platform/redis/script.ts";
import type { RebuildableState } from "./views.ts";

const refreshMarker = luaFile(import.meta.url, "./refresh-marker.lua");

/** The markers to move forward, and the group whose commits say how far. */
export interface FreshnessOptions {
  readonly log: Log;
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly states: readonly RebuildableState[];
  /** The prefix of every topic's name. */
  readonly prefix: string;
  /** The group that fills the views: everything that it has committed, it has applied. */
  readonly groupId: string;
  /** How often, ms. Default 5,000: senders accept a view that is a minute old. */
  readonly everyMs?: number;
}

/** The ends of a state's topics as of an instant: a goal that the group has not reached yet. */
interface Goal {
  readonly at: Instant;
  readonly ends: readonly Position[];
}

/**
 * Moves each marker's `as_of` to the latest instant up to which everything written is known to be applied. It reads what
 * the whole group has committed, so it holds for any number of processes that share the partitions.
 */
export function createFreshness(options: FreshnessOptions): Job {
  const { log, prefix, groupId, states, everyMs = 5_000 } = options;
  const topics = [...new Set(states.flatMap((state) => state.topics))].map((topic) => `${prefix}${topic}`);
  const goals = new Map<string, Goal>();

  return {
    name: "freshness",
    run: async (now) => {
      const ends = endsOf(await log.offsets(topics));
      const committed = await log.committed(groupId, topics);
      const reached = states.flatMap((state) => {
        const goal = { at: now, ends: ends.filter((end) => isOf(state, prefix, end)) };
        const step = advance(goals.get(state.name), goal, committed);
        if (step.next) goals.set(state.name, step.next);
        else goals.delete(state.name);
        return step.reachedAt === undefined ? [] : [{ name: state.name, at: step.reachedAt }];
      });
      await refresh(options, reached);
      return everyMs;
    },
  };
}

/** The latest goal that the group has reached, and the goal to check next time. */
function advance(
  earlier: Goal | undefined,
  latest: Goal,
  committed: readonly Position[],
): { readonly reachedAt?: Instant; readonly next?: Goal } {
  if (isReached(latest, committed)) return { reachedAt: latest.at };
  if (earlier === undefined) return { next: latest };
  return isReached(earlier, committed) ? { reachedAt: earlier.at, next: latest } : { next: earlier };
}

function isReached(goal: Goal, committed: readonly Position[]): boolean {
  return goal.ends.every((end) => positionIn(committed, end) >= end.offset);
}

function positionIn(committed: readonly Position[], { topic, partition }: TopicPartition): number {
  return committed.find((each) => each.topic === topic && each.partition === partition)?.offset ?? -1;
}

/** Leaves out a partition that holds nothing to read: no group commits there. */
function endsOf(offsets: Awaited<ReturnType<Log["offsets"]>>): readonly Position[] {
  const filled = offsets.filter(({ low, high }) => high > low);
  return filled.map(({ topic, partition, high }) => ({ topic, partition, offset: high }));
}

function isOf(state: RebuildableState, prefix: string, { topic }: TopicPartition): boolean {
  return state.topics.some((each) => `${prefix}${each}` === topic);
}

async function refresh(
  { redis, keys }: FreshnessOptions,
  reached: readonly { readonly name: string; readonly at: Instant }[],
): Promise<void> {
  if (reached.length === 0) return;
  await runPipeline(redis, [refreshMarker], (pipeline) => {
    for (const { name, at } of reached) addScript(pipeline, refreshMarker, { keys: [keys.marker(name)], args: [at] });
  });
}
