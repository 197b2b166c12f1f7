import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { redisCall } from "#shared/platform/redis/redis.ts";
import { serverIdOf } from "#shared/platform/redis/server-identity.ts";
import { parseMarker } from "./marker.ts";
import { type Restoration, type RestorationOptions, restore } from "./restoration.ts";
import type { RebuildableState } from "./views.ts";

/** What to restore, and how often to check it. */
export interface RestorerOptions extends RestorationOptions {
  readonly states: readonly RebuildableState[];
  /** How often each marker is checked, ms. Default 500. */
  readonly pollMs?: number;
  readonly report?: RestorerReport;
}

/** Receives whether a state may be trusted, at every check, and each restoration. Must not throw. */
export interface RestorerReport {
  ready(name: string, ready: boolean): void;
  restored(name: string): void;
}

/** Restores what Redis has lost, by its jobs or on request; and brings a state that is written ahead up to the log on another server. */
export interface Restorer {
  /**
   * One for each state: checks its marker, and restores the state if the marker is missing, or is another server's and the
   * state is written ahead.
   */
  readonly jobs: readonly Job[];
  /**
   * Removes the marker of each state, which stops its readers, and restores it from the first record; for
   * `comms rebuild`. Resolves when all are restored. Throws a retryable `AppError` in an outage; then the marker stays
   * away until a job or another call has restored the state.
   */
  rebuild(names: readonly string[], signal: AbortSignal): Promise<readonly Restoration[]>;
}

/** Restores from the log what Redis has lost. Any number of processes may run one; each state is restored by one of them. */
export function createRestorer(options: RestorerOptions): Restorer {
  const { redis, keys, clock, states, pollMs = 500 } = options;
  let lastCheck: { readonly at: Instant; readonly missing: Promise<ReadonlySet<string>> } | undefined;

  const isMissing = async (name: string) => (await redisCall(() => redis.exists(keys.marker(name)))) === 0;

  const check = async (): Promise<ReadonlySet<string>> => {
    const markers = await redisCall(() => redis.mget(states.map(({ name }) => keys.marker(name))));
    const server = await serverIdOf(redis);
    const isGone = ({ isWrittenAhead }: RebuildableState, index: number): boolean => {
      const marker = parseMarker(markers[index]);
      return marker === undefined || (isWrittenAhead === true && marker.server !== server);
    };
    return new Set(states.filter(isGone).map(({ name }) => name));
  };

  /** Jobs that run together share one check: a trip for each job is most of what an idle materializer would do. */
  const missingNow = (now: Instant): Promise<ReadonlySet<string>> => {
    if (lastCheck === undefined || now - lastCheck.at >= pollMs / 2) lastCheck = { at: now, missing: check() };
    const { missing } = lastCheck;
    missing.catch(() => {
      lastCheck = undefined;
    });
    return missing;
  };

  const jobOf = (state: RebuildableState): Job => ({
    name: `restore ${state.name}`,
    run: async (now, _emit, signal) => {
      const isGone = (await missingNow(now)).has(state.name);
      options.report?.ready(state.name, !isGone);
      if (!isGone) return pollMs;
      const { result } = await restore(options, state, signal);
      lastCheck = undefined;
      if (result === "restored") options.report?.restored(state.name);
      return pollMs;
    },
  });

  const rebuildOne = async (state: RebuildableState, signal: AbortSignal): Promise<Restoration> => {
    await redisCall(() => redis.del(keys.marker(state.name)));
    for (;;) {
      const restoration = await restore(options, state, signal);
      if (restoration.result === "restored" || signal.aborted || !(await isMissing(state.name))) return restoration;
      await clock.sleep(pollMs, signal);
    }
  };

  return {
    jobs: states.map(jobOf),
    rebuild: async (names, signal) => Promise.all(statesNamed(states, names).map((state) => rebuildOne(state, signal))),
  };
}

function statesNamed(states: readonly RebuildableState[], names: readonly string[]): readonly RebuildableState[] {
  const unknown = names.find((name) => !states.some((state) => state.name === name));
  if (unknown !== undefined) {
    throw new Error(`Nothing named ${unknown} can be rebuilt; there are ${states.map(({ name }) => name).join(", ")}`);
  }
  return states.filter((state) => names.includes(state.name));
}
