import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import type { FuseStore } from "../fuses/fuse-store.ts";
import type { ShellLimits } from "../limits.ts";
import type { Runnable } from "../processor.ts";
import type { Precedence } from "./precedence.ts";

/** What the shell runs, and on what. */
export interface ShellParts {
  readonly runnable: Runnable;
  readonly log: Log;
  readonly codec: Codec;
  readonly clock: Clock;
  /** In [0, 1); jitter only. */
  readonly random: () => number;
  readonly telemetry: Telemetry;
  /** Put before every topic and group name. */
  readonly prefix: string;
  /** Where the dead-letter fuse of the stage is kept over restarts. */
  readonly fuses: FuseStore;
  /** Identifies this process and no other. */
  readonly owner: string;
  readonly limits?: Partial<ShellLimits>;
  /** Gives the bulk lanes of the stages that share a process their turns. By default the stage has the process to itself. */
  readonly precedence?: Precedence;
  /** Called once when the process must end: the consumer crashed, or something unknown was thrown. */
  readonly onCrash: (error: unknown) => void;
}

/** What one processor says of itself. */
export interface ShellState {
  readonly stage: string;
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly why: string | undefined;
  /** Partitions. */
  readonly assigned: number;
  /** Records waiting and in work. */
  readonly inHand: number;
  /**
   * Milliseconds without progress although there is something to do: records in hand, or on the log in partitions of ours.
   * 0 where there is nothing, where the stage waits for something known outside, and where its fuse is blown.
   */
  readonly stalledMs: number;
}
