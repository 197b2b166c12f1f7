import type { SinkProcessor, StageProcessor } from "./processor.ts";

/** How many dead letters stop a consumer. */
export interface FuseLimits {
  /** This many dead letters in a row blow it. */
  readonly inRow: number;
  /** So does this share of dead letters among the last `window` records, once the window is full. */
  readonly share: number;
  readonly window: number;
}

/** Twenty bad records in a row, or half of two hundred, are a bad deploy and not bad luck. */
export const defaultFuse: FuseLimits = { inRow: 20, share: 0.5, window: 200 };

/** A stage with something to do that does nothing for so long is wedged, ms. Longer than any provider call may take. */
export const stalledMsMax = 60_000;

/** The bounds of one stage; each has its row under "Limits" in ARCHITECTURE.md. */
export interface ShellLimits {
  /** Records in work at once. */
  readonly inFlight: number;
  /** Records gathered in one trip to the store. */
  readonly batch: number;
  /** Batches under way at once. A provider call that outlasts its batch does not count. */
  readonly batches: number;
  /** So many more may be under way where all of those are taken, of express records alone. */
  readonly expressBatches: number;
  /** Records and bytes in hand per priority; past them its partitions are paused, and resumed at half. */
  readonly waitingRecords: number;
  readonly waitingBytes: number;
  /** So many records of one key count among these, in each priority. Those behind them count in a window of their own. */
  readonly keyRecords: number;
  /** That window: records and bytes per priority; its partitions are paused when it is full too. */
  readonly crowdRecords: number;
  readonly crowdBytes: number;
  /** A larger value becomes a dead letter unread, bytes. */
  readonly recordBytes: number;
  /** Outputs are encoded and written in parts of about so much, bytes. */
  readonly outputBytes: number;
  /** How many bytes a fetch waits for, up to half a second: 1 takes what there is. */
  readonly fetchBytesMin: number;
  readonly commitEveryMs: number;
  readonly commitEveryRecords: number;
  /** Failed tries of one call after which the stage reports itself unready. */
  readonly outageTries: number;
  readonly fuse: FuseLimits;
}

/** The bounds of a processor that decides record by record. */
export const stageLimits: ShellLimits = {
  inFlight: 256,
  batch: 128,
  batches: 2,
  expressBatches: 1,
  waitingRecords: 2_000,
  waitingBytes: 16 * 1024 * 1024,
  keyRecords: 64,
  crowdRecords: 20_000,
  crowdBytes: 32 * 1024 * 1024,
  recordBytes: 1024 * 1024,
  outputBytes: 4 * 1024 * 1024,
  fetchBytesMin: 1,
  commitEveryMs: 1_000,
  commitEveryRecords: 1_000,
  outageTries: 5,
  fuse: defaultFuse,
};

/**
 * A sink takes one batch at a time, so that it writes in the order of the log. It lets records come together: half a
 * second of delay hurts nobody, and a nearly idle consumer spends its time on fetches.
 */
export const sinkLimits: ShellLimits = {
  ...stageLimits,
  inFlight: 500,
  batch: 500,
  batches: 1,
  expressBatches: 0,
  fetchBytesMin: 65_536,
};

/** The bounds of a processor by its kind. */
export function shellLimits({ kind }: Pick<StageProcessor | SinkProcessor, "kind">): ShellLimits {
  return kind === "stage" ? stageLimits : sinkLimits;
}
