import type { Position } from "#shared/contracts/log-record.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import type { ShellLimits } from "../limits.ts";
import type { Inbox } from "../records/inbox.ts";
import type { Generations } from "./generations.ts";

/** What a committer reads positions from, and where it sends them. */
export interface CommitterParts {
  readonly stage: string;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "metrics">;
  readonly inbox: Pick<Inbox, "positions" | "committed">;
  readonly generations: Pick<Generations, "current">;
  readonly limits: Pick<ShellLimits, "commitEveryMs" | "commitEveryRecords">;
  /** Called at each commit that failed: waiting for the broker is not being wedged. */
  readonly onFailed: () => void;
  /** Commits in the group. What it rejects with is counted; the positions go along with the next commit. */
  readonly send: (positions: readonly Position[], generation: number) => Promise<void>;
}

/** Commits the low watermarks, by time and by number of records. It never commits for a generation that has passed. */
export class Committer {
  readonly #parts: CommitterParts;
  #sinceCommit = 0;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  /** Commits what has moved since the last commit, if the generation is still the current one. Never rejects. */
  async commit(generation: number): Promise<void> {
    const { stage, telemetry, inbox, generations, send, onFailed } = this.#parts;
    const positions = generation === generations.current ? inbox.positions() : [];
    this.#sinceCommit = 0;
    if (positions.length === 0) return;
    const outcome = await send(positions, generation).then(
      () => "ok",
      (error: unknown) => codeOf(error),
    );
    if (outcome === "ok") inbox.committed(positions);
    else onFailed();
    telemetry.metrics.count("comms_commits_total", { stage, outcome });
  }

  /** Counts records of the current generation that have left; each `commitEveryRecords` of them begin a commit. */
  count(generation: number, records: number): void {
    this.#sinceCommit += records;
    if (this.#sinceCommit >= this.#parts.limits.commitEveryRecords) void this.commit(generation);
  }

  /** Commits every `commitEveryMs` until the signal aborts, and calls `afterEach` after each commit. */
  async run(signal: AbortSignal, afterEach: () => void): Promise<void> {
    const { clock, generations, limits } = this.#parts;
    while (!signal.aborted) {
      await clock.sleep(limits.commitEveryMs, signal);
      await this.commit(generations.current);
      afterEach();
    }
  }
}
