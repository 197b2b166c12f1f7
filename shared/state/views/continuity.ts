import type { Redis } from "ioredis";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Position } from "#shared/contracts/log-record.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { addScript, luaFile, runPipeline, runScript } from "#shared/platform/redis/script.ts";
import { serverIdOf } from "#shared/platform/redis/server-identity.ts";
import { addFenced, fencedApply, positionField, positionsAfter } from "./applied-positions.ts";
import { compareStates, type Findings } from "./compare-states.ts";
import { type StoredState, storedStates } from "./stored-states.ts";
import type { RebuildableState } from "./views.ts";

const dropMarker = luaFile(import.meta.url, "./drop-marker.lua");
const stampMarker = luaFile(import.meta.url, "./stamp-marker.lua");
const wipeStates = luaFile(import.meta.url, "./wipe-states.lua");

/**
 * How long another server is looked at before its states are trusted, ms. What other members of the group had applied to the
 * earlier server is committed by then, so that the second look sees what is missing.
 */
const settleMs = 2_000;

/** What the states are compared with. */
export interface ContinuityOptions {
  readonly log: Pick<Log, "offsets" | "committed" | "identity">;
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly clock: Pick<Clock, "now">;
  readonly states: readonly RebuildableState[];
  /** The prefix of every topic's name. */
  readonly prefix: string;
  /** The group that fills the states: what it has committed, it has applied. */
  readonly groupId: string;
  readonly report?: ContinuityReport;
}

/** Receives each state that was found to lack records, or to be of another log. Must not throw. */
export interface ContinuityReport {
  behind(name: string): void;
}

/** Whether the Redis that answers now has what was applied. */
export interface Continuity {
  /**
   * The server that answers now, compared with the log. A state that lacks records which the group has committed has lost its
   * marker by then, which has it restored. Throws the retryable `REDIS_UNAVAILABLE` and `KAFKA_UNAVAILABLE`.
   */
  server(): Promise<string>;
  /** Notes what this process has applied and perhaps not committed. */
  note(records: readonly DecodedRecord<unknown>[]): void;
  /** Trusts the states that the group fills on a new server once that has been looked at for long enough, and lacks nothing. */
  adopt(now: Instant): Promise<void>;
  /** Counts records that the group has passed without applying any, such as undecodable ones, as applied. */
  pass(state: RebuildableState, positions: readonly Position[]): Promise<void>;
}

/** Compares Redis with the log at each connection to another server. One for each process of the materializer. */
export function createContinuity(options: ContinuityOptions): Continuity {
  const { redis, keys, clock } = options;
  const own = new Map<string, number>();
  let checked: { readonly server: string; readonly since: Instant } | undefined;

  /** Looks until the server is the same at both ends of a look, and what was found is done. */
  const check = async (): Promise<string> => {
    for (;;) {
      const { server, findings } = await look(options, own);
      if (server !== (await serverIdOf(redis))) continue;
      if (await act(options, findings)) return server;
    }
  };

  const current = async (): Promise<string> => {
    const answering = await serverIdOf(redis);
    if (checked?.server === answering) return answering;
    const server = await check();
    checked = { server, since: clock.now() };
    return server;
  };

  return {
    server: current,
    note: (records) => {
      for (const position of positionsAfter(records)) {
        const field = positionField(position);
        own.set(field, Math.max(own.get(field) ?? 0, position.offset));
      }
    },
    adopt: async (now) => {
      const server = await current();
      const since = checked?.since ?? now;
      const isDue = ({ marker }: StoredState) =>
        marker !== undefined && marker.server !== server && now - since >= settleMs;
      const due = (await storedStates({ ...options, states: fedStates(options) })).filter(isDue);
      if (due.length === 0 || (await check()) !== server) return;
      await runPipeline(redis, [stampMarker], (pipeline) => {
        for (const { state } of due)
          addScript(pipeline, stampMarker, { keys: [keys.marker(state.name)], args: [server, ""] });
      });
    },
    pass: async (state, positions) => {
      const server = await current();
      await runPipeline(redis, [fencedApply], (pipeline) =>
        addFenced(pipeline, keys, { state: state.name, server, positions, writes: [] }),
      );
    },
  };
}

/** The states that the group fills. The restorer brings the others up to the log at another server. */
function fedStates({ states }: Pick<ContinuityOptions, "states">): readonly RebuildableState[] {
  return states.filter((state) => !state.isWrittenAhead);
}

function topicsOf(states: readonly RebuildableState[], prefix: string): readonly string[] {
  return [...new Set(states.flatMap((state) => state.topics))].map((topic) => `${prefix}${topic}`);
}

/** What Redis has, against what the group has committed and this process has applied. */
async function look(options: ContinuityOptions, own: ReadonlyMap<string, number>) {
  const { log, groupId, states, prefix, redis } = options;
  const [committed, ends, identity] = await Promise.all([
    log.committed(groupId, topicsOf(fedStates(options), prefix)),
    log.offsets(topicsOf(states, prefix)),
    log.identity(),
  ]);
  // After the commits: what is committed is applied, so a Redis that is whole cannot be behind them.
  const stored = await storedStates(options);
  const server = await serverIdOf(redis);
  return { server, findings: compareStates(stored, { committed, ends, identity, own, server, prefix }) };
}

/** False if another process was faster, so that it has to be looked again. */
async function act(
  { redis, keys, report }: ContinuityOptions,
  { behind, all, isOtherLog }: Findings,
): Promise<boolean> {
  if (isOtherLog) {
    const args = [...all.map(({ marker }) => marker?.epoch ?? ""), ...keys.fromTheLog()];
    const markers = all.flatMap(({ state }) => [keys.marker(state.name), keys.restoring(state.name)]);
    if ((await runScript(redis, wipeStates, { keys: markers, args })) !== 1) return false;
    for (const { state } of all) report?.behind(state.name);
    return true;
  }
  for (const { state, marker } of behind) {
    report?.behind(state.name);
    if (marker) await runScript(redis, dropMarker, { keys: [keys.marker(state.name)], args: [marker.epoch] });
  }
  return true;
}
