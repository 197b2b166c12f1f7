import type { Output } from "#shared/contracts/output.ts";
import type { Instant } from "../time/instant.ts";

/** Work that no record triggers, such as a dispatcher of due items. `run` is one iteration and returns the wait until the next, ms. */
export interface Job {
  readonly name: string;
  run(now: Instant, emit: (outputs: readonly Output[]) => Promise<void>, signal: AbortSignal): Promise<number>;
}
