import type { Output } from "#shared/contracts/output.ts";
import type { Instant } from "../time/instant.ts";

/** Work that no record triggers: a dispatcher that looks for what is due. One iteration; returns how long to wait, ms. */
export interface Job {
  readonly name: string;
  run(now: Instant, emit: (outputs: readonly Output[]) => Promise<void>, signal: AbortSignal): Promise<number>;
}
