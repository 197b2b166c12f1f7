import type { Addresses } from "#shared/platform/config/addresses.ts";

export const partNames = ["kafka", "registry", "postgres", "redis"] as const;
export type PartName = (typeof partNames)[number];

/** What one part is doing now. */
export interface PartStatus {
  readonly name: string;
  /** `silent`: the process lives and does not answer. */
  readonly state: "ready" | "silent" | "stopped";
  readonly pid?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly residentBytes?: number | undefined;
}

/** One of the two ways to run the same servers. */
export interface Engine {
  readonly mode: Addresses["mode"];
  /** Whether its servers ask for TLS and passwords. */
  readonly isSecure: boolean;
  /** Where the log keeps the token that its registry must know; it goes when the log's data goes. */
  readonly pairingFile: string;
  /** The names of the parts that run, ready or not. */
  running(): Promise<readonly PartName[]>;
  /** Starts the parts that do not run; resolves once all answer. */
  start(names: readonly PartName[]): Promise<void>;
  stop(names: readonly PartName[]): Promise<void>;
  kill(name: PartName, signal: NodeJS.Signals): Promise<boolean>;
  status(): Promise<readonly PartStatus[]>;
  /** Whether the log holds records of ours; `undefined` if that cannot be seen from outside. */
  logHoldsRecords(): Promise<boolean | undefined>;
  /** Removes what lies outside `.carillon`. Only when nothing runs. */
  clean(): Promise<void>;
}
