import type { Clock } from "#shared/platform/clock/clock.ts";
import type { FuseStore } from "../fuses/fuse-store.ts";
import type { StageHealth } from "./stage-health.ts";

/** How often a stage whose fuse is blown asks whether it was lifted, ms. */
const liftEveryMs = 5_000;

/** What a guard asks, and what it tells. */
export interface FuseGuardParts {
  readonly stage: string;
  /** Identifies this process, for whoever asks who blew the fuse. */
  readonly owner: string;
  readonly clock: Clock;
  readonly fuses: FuseStore;
  readonly health: Pick<StageHealth, "blow" | "outages">;
  /** Aborts when the stage stops. */
  readonly stopping: AbortSignal;
}

/**
 * Keeps a stage and the store of fuses in step: a fuse that any member has blown stops all of them, over restarts, until an
 * operator lifts it. Every call waits out an outage of the store, and rejects with `noLongerOurs` where the stage stops.
 */
export class FuseGuard {
  readonly #parts: FuseGuardParts;

  constructor(parts: FuseGuardParts) {
    this.#parts = parts;
  }

  /** Whether the stage may take records. If not, its health says so from now on. */
  async mayRun(signal: AbortSignal = this.#parts.stopping): Promise<boolean> {
    const { stage, fuses, health } = this.#parts;
    const fuse = (await health.outages.call(() => fuses.read(), signal)).get(stage);
    if (fuse?.state !== "BLOWN") return true;
    health.blow(fuse);
    return false;
  }

  /** The fuse has blown here: the stage stands at once, and the store says so when this resolves. */
  async blow(cause: string): Promise<void> {
    const { stage, owner, clock, fuses, health, stopping } = this.#parts;
    const fuse = { stage, state: "BLOWN", cause, changed_at: clock.now(), changed_by: owner } as const;
    health.blow(fuse);
    await health.outages.call(() => fuses.write(fuse), stopping);
  }

  /** Resolves once the fuse is lifted. */
  async untilLifted(): Promise<void> {
    const { clock, stopping } = this.#parts;
    do await clock.sleep(liftEveryMs, stopping);
    while (!stopping.aborted && !(await this.mayRun()));
  }
}
