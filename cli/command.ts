import type { ParseArgsOptionsConfig } from "node:util";

/** The arguments of a command. */
export interface Invocation {
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
}

/** One command of `comms`. */
export interface CliCommand {
  readonly name: string;
  /** The line after `comms`. */
  readonly usage: string;
  readonly summary: string;
  readonly flags: ParseArgsOptionsConfig;
  /** Whether the command takes these arguments and values, as far as that is known before anything connects. Left out: nothing is known. */
  accepts?(invocation: Invocation): boolean;
  /** Resolves with the exit code. The caller reports an error on stderr. */
  run(invocation: Invocation): Promise<number>;
}

/** Done, failed, used wrongly, a precondition unmet, done in part, interrupted. */
export const exit = { done: 0, failed: 1, usage: 2, precondition: 3, partial: 4, interrupted: 130 } as const;
