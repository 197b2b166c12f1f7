import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import { positionField } from "./applied-positions.ts";
import type { StoredState } from "./stored-states.ts";

/** What the log says, and what this process has done. */
export interface LogFacts {
  readonly committed: readonly Position[];
  readonly ends: readonly (TopicPartition & { readonly high: number })[];
  readonly identity: string;
  /** What this process has applied, by `<topic>/<partition>`, whether it is committed or not. */
  readonly own: ReadonlyMap<string, number>;
  /** The server that the states were read from. */
  readonly server: string;
  readonly prefix: string;
}

/** What is wrong with the states in Redis. */
export interface Findings {
  readonly all: readonly StoredState[];
  /** The states that lack records which were applied once. */
  readonly behind: readonly StoredState[];
  /** The states were filled from another log than this: one with another identity, or one that is shorter. */
  readonly isOtherLog: boolean;
}

/**
 * Compares what is in Redis with what was applied. A state that somebody has compared on this very server is not compared
 * again: since then the server can have lost all, with its markers, but no part.
 */
export function compareStates(stored: readonly StoredState[], facts: LogFacts): Findings {
  const { committed, ends, identity, own, server, prefix } = facts;
  const high = new Map(ends.map((end) => [positionField(end), end.high]));
  const isBeyond = ([field, offset]: readonly [string, number]) => offset > (high.get(field) ?? offset);
  const isOtherLog = stored.some(
    ({ applied, log }) => (log !== undefined && log !== identity) || [...applied].some(isBeyond),
  );
  const required = new Map(committed.map((position) => [positionField(position), position.offset]));
  for (const [field, offset] of own) {
    if (!isBeyond([field, offset])) required.set(field, Math.max(required.get(field) ?? 0, offset));
  }
  const lacks = ({ state, applied }: StoredState) =>
    [...required].some(
      ([field, offset]) =>
        state.topics.some((topic) => field.startsWith(`${prefix}${topic}/`)) && offset > (applied.get(field) ?? 0),
    );
  const behind = stored.filter((one) => one.marker !== undefined && one.marker.server !== server && lacks(one));
  return { all: stored, behind, isOtherLog };
}
