import type { Fuse } from "#shared/contracts/records.ts";
import { isForeignTopic } from "#shared/contracts/topics.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { AppError } from "#shared/platform/errors/app-error.ts";
import { redactedError } from "#shared/platform/telemetry/redacted-error.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { blownReason } from "../fuses/fuse-store.ts";
import type { ShellLimits } from "../limits.ts";
import { type FailedTry, OutageWatch } from "../outage-watch.ts";
import { DeadLetterFuse } from "./fuse.ts";

/** What the health of a stage is made of. */
export interface StageHealthParts {
  readonly stage: string;
  readonly clock: Clock;
  /** In [0, 1); jitter only. */
  readonly random: () => number;
  readonly telemetry: Telemetry;
  readonly limits: Pick<ShellLimits, "outageTries" | "fuse">;
  /** Aborts when the stage stops. */
  readonly stopping: AbortSignal;
  /** Called at each failed try: waiting for something known is not being wedged. */
  readonly onFailedTry: () => void;
  /** Called once, with what crashed the stage. */
  readonly onCrash: (error: unknown) => void;
}

/** What keeps a stage from its work: a crash, a stop, the dead-letter fuse, an outage. Reports each to telemetry. */
export class StageHealth {
  /** Waits outages out. */
  readonly outages: OutageWatch;
  readonly #parts: StageHealthParts;
  #fuse: DeadLetterFuse;
  #blown: string | undefined;
  /** Why the log does not take the stage in, while it does not. */
  #refusal: string | undefined;
  #crashed = false;

  constructor(parts: StageHealthParts) {
    this.#parts = parts;
    this.#fuse = new DeadLetterFuse(parts.limits.fuse);
    this.outages = new OutageWatch({
      clock: parts.clock,
      random: parts.random,
      tries: parts.limits.outageTries,
      onFailedTry: (failure) => this.#reportFailedTry(failure),
    });
  }

  /** Whether the stage takes no more work, for any reason. */
  get isClosed(): boolean {
    return this.hasEnded || this.isFuseBlown;
  }

  /** Whether the stage has crashed or stops, which nothing takes back. */
  get hasEnded(): boolean {
    return this.#crashed || this.#parts.stopping.aborted;
  }

  get isFuseBlown(): boolean {
    return this.#blown !== undefined;
  }

  /** Why the stage is not ready; undefined when it is. `isMember`: whether the group has assigned it anything yet. */
  whyUnready(isMember: boolean): string | undefined {
    if (this.#crashed) return "the stage has crashed";
    if (this.#parts.stopping.aborted) return "the stage is stopping";
    if (this.#blown !== undefined) return this.#blown;
    if (this.#refusal !== undefined) return this.#refusal;
    const { outage, sentence } = this.outages;
    if (outage !== undefined)
      return `it waits for something outside: ${outage}${sentence === undefined ? "" : `: ${sentence}`}`;
    return isMember ? undefined : "the group has not taken it in yet";
  }

  /** Whether the log refuses the stage, so that nothing is read. */
  get isRefused(): boolean {
    return this.#refusal !== undefined;
  }

  /** The log does not take the stage in, and why. Said once, until the reason changes; `joined` takes it back. */
  refuse(error: AppError): void {
    const { stage, telemetry } = this.#parts;
    const refusal = `${error.message} (${error.code})`;
    telemetry.metrics.count("comms_stage_trouble_total", { stage, code: error.code });
    if (refusal !== this.#refusal) telemetry.log.error({ stage, code: error.code }, error.message);
    this.#refusal = refusal;
  }

  /** The group has taken the stage in. */
  joined(): void {
    this.#refusal = undefined;
  }

  /** Ends the stage for something unknown. Only the first call has an effect. */
  crash(error: unknown): void {
    if (this.#crashed) return;
    this.#crashed = true;
    const { stage, telemetry, onCrash } = this.#parts;
    telemetry.log.fatal({ stage, err: error }, "the stage has crashed");
    onCrash(error);
  }

  /**
   * Counts the outcome of a record for the dead-letter fuse; returns why the fuse blows with this one, else undefined.
   * `topic` is without prefix. A record whose value others chose does not count: one producer's garbage must not stop the
   * stage for all (decision 39).
   */
  countOutcome({ kind }: Outcome, topic: string): string | undefined {
    if (this.isFuseBlown || isForeignTopic(topic)) return undefined;
    return this.#fuse.count(kind === "deadLetter");
  }

  /** The fuse is blown, by this member or, as the store says, by another one or an earlier process. */
  blow(fuse: Pick<Fuse, "cause" | "changed_at">): void {
    if (this.isFuseBlown) return;
    const { stage, telemetry } = this.#parts;
    this.#blown = blownReason({ ...fuse, stage });
    telemetry.metrics.set("comms_dead_letter_fuse_blown", { stage }, 1);
    telemetry.log.error({ stage, code: "DEAD_LETTER_FUSE" }, this.#blown);
  }

  /** The fuse was lifted, or was never blown: the stage counts from nothing. */
  mendFuse(): void {
    const { stage, telemetry, limits } = this.#parts;
    telemetry.metrics.set("comms_dead_letter_fuse_blown", { stage }, 0);
    if (!this.isFuseBlown) return;
    this.#blown = undefined;
    this.#fuse = new DeadLetterFuse(limits.fuse);
    telemetry.log.warn({ stage, code: "DEAD_LETTER_FUSE" }, "the dead-letter fuse was lifted");
  }

  #reportFailedTry({ code, attempt, error }: FailedTry): void {
    const { stage, telemetry, limits, onFailedTry } = this.#parts;
    telemetry.metrics.count("comms_stage_trouble_total", { stage, code });
    if (attempt === limits.outageTries)
      telemetry.log.warn({ stage, code }, redactedError(error).message ?? "waits for something outside");
    onFailedTry();
  }
}
