import { groupOf, type TopicName } from "#shared/contracts/topics.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import { groupTopicsOf, type LagMeter, measureLag } from "#shared/runtime/lag/group-lag.ts";

/** Why no event is taken: nobody reads them, or the oldest that waits is too old. */
export type DoorCause = "no member" | "old records";

export interface IntakeWatchParts {
  readonly log: Pick<Log, "groups"> & LagMeter["log"];
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "set">;
  /** Put before every topic and group name. */
  readonly prefix: string;
}

/**
 * Whether somebody reads what the door takes in. The broker is asked every ten seconds and never by a request; while it does
 * not answer, nothing is known and nothing is refused.
 */
export interface IntakeWatch {
  /** Why an event should be refused now; undefined where it should be taken. */
  closed(): DoorCause | undefined;
  /** Asks until the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

const watchEveryMs = 10_000;
/** A cause that has not held for as long is none: a restart of intake takes less. ms. */
export const intakeAbsentMsMax = 60_000;
/** How old the oldest event may be that intake has not read, ms. */
export const unreadAgeMsMax = 900_000;
/** What a caller should wait that finds the door closed. */
export const closedRetrySeconds = 30;

const causes: readonly DoorCause[] = ["no member", "old records"];
const topic = "comms.events" satisfies TopicName;

export function createIntakeWatch({ log, clock, metrics, prefix }: IntakeWatchParts): IntakeWatch {
  const since = new Map<DoorCause, Instant>();
  const group = groupTopicsOf("intake", [topic]);
  let askedAt = Number.NEGATIVE_INFINITY;

  function held(cause: DoorCause, holds: boolean, now: Instant): void {
    if (!holds) since.delete(cause);
    else if (!since.has(cause)) since.set(cause, now);
  }

  async function ask(): Promise<void> {
    const groupId = prefix + groupOf("intake");
    const [groups, lags] = await Promise.all([log.groups(groupId), measureLag(group, { log, prefix })]);
    const now = clock.now();
    held("no member", (groups.get(groupId) ?? 0) === 0, now);
    const isOld = lags.some(({ oldest }) => oldest !== undefined && now - oldest > unreadAgeMsMax);
    held("old records", isOld, now);
    askedAt = now;
  }

  function closed(): DoorCause | undefined {
    const now = clock.now();
    if (now - askedAt > intakeAbsentMsMax) return undefined;
    return causes.find((cause) => now - (since.get(cause) ?? now) >= intakeAbsentMsMax);
  }

  return {
    closed,
    run: async (signal) => {
      while (!signal.aborted) {
        await ask().catch(() => {});
        const cause = closed();
        for (const one of causes) metrics.set("comms_event_door_closed", { cause: one }, one === cause ? 1 : 0);
        await clock.sleep(watchEveryMs, signal);
      }
    },
  };
}
