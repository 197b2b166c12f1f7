import type { Redis } from "ioredis";
import type { Position } from "#shared/contracts/log-record.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { runPipeline } from "#shared/platform/redis/script.ts";
import { addFenced, fencedApply } from "./applied-positions.ts";
import type { Continuity } from "./continuity.ts";
import { storedStates } from "./stored-states.ts";
import type { RebuildableState } from "./views.ts";

/**
 * How long a record is on the log before it counts as written to its state, ms: its writer sees to that once its produce is
 * acknowledged, which takes 30 s at most.
 */
export const writtenAfterMs = 60_000;

/** What says how far the states that are written ahead hold the log. */
export interface LogMarksOptions {
  readonly log: Pick<Log, "offsets">;
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly states: readonly RebuildableState[];
  readonly continuity: Pick<Continuity, "server">;
  /** The prefix of every topic's name. */
  readonly prefix: string;
  /** How often, ms. Default 5,000. */
  readonly everyMs?: number;
}

/** The ends of all topics as of an instant. */
interface Mark {
  readonly at: Instant;
  readonly ends: readonly Position[];
}

/**
 * Writes beside each state that is written ahead how far it certainly holds the log: to the ends of a minute ago. Another server
 * is read from there on. Nothing is written unless the state's marker names the server that answers.
 */
export function createLogMarks(options: LogMarksOptions): Job {
  const { log, prefix, continuity, everyMs = 5_000 } = options;
  const states = options.states.filter((state) => state.isWrittenAhead);
  const topics = [...new Set(states.flatMap((state) => state.topics))].map((topic) => `${prefix}${topic}`);
  let marks: readonly Mark[] = [];
  let trusted = "";

  return {
    name: "log marks",
    run: async (now) => {
      const server = await continuity.server();
      const stored = await storedStates({ ...options, states });
      const epochs = [server, ...stored.map(({ marker }) => (marker?.server === server ? marker.epoch : ""))].join();
      // Marks of another log, or of another server, say nothing of this.
      if (epochs !== trusted) marks = [];
      trusted = epochs;
      marks = unbroken(marks, now, everyMs);
      const ends = (await log.offsets(topics)).map(({ high, ...at }) => ({ ...at, offset: high }));
      const due = marks.findLast(({ at }) => now - at >= writtenAfterMs);
      marks = [...marks.filter(({ at }) => due === undefined || at > due.at), { at: now, ends }];
      const owners = stored.filter(({ marker }) => marker?.server === server);
      if (due !== undefined && owners.length > 0)
        await write(options, { server, due, states: owners.map(({ state }) => state) });
      return everyMs;
    },
  };
}

/**
 * The marks, or none where the last is older than three rounds: an outage lay between, and what was written during it may still
 * wait in the memory of its writer, however long it is on the log.
 */
export function unbroken<M extends Pick<Mark, "at">>(marks: readonly M[], now: Instant, everyMs: number): readonly M[] {
  const last = marks.at(-1);
  return last !== undefined && now - last.at > 3 * everyMs ? [] : marks;
}

interface DueMark {
  readonly server: string;
  readonly due: Mark;
  readonly states: readonly RebuildableState[];
}

/** On another server, which has not what this one has, the script writes nothing. */
async function write({ redis, keys, prefix }: LogMarksOptions, { server, due, states }: DueMark): Promise<void> {
  await runPipeline(redis, [fencedApply], (pipeline) => {
    for (const { name, topics } of states) {
      const positions = due.ends.filter(({ topic }) => topics.some((each) => `${prefix}${each}` === topic));
      addFenced(pipeline, keys, { state: name, server, positions, writes: [] });
    }
  });
}
