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
  /** Resolves with the exit code. The caller reports an error on stderr. */
  run(invocation: Invocation): Promise<number>;
}

/** Done, failed, used wrongly, a precondition unmet, done in part, interrupted. */
export const exit = { done: 0, failed: 1, usage: 2, precondition: 3, partial: 4, interrupted: 130 } as const;
