import { parseArgs } from "node:util";
import { type LayoutName, layouts } from "./layouts.ts";
import { type BenchChannel, benchChannels } from "./load.ts";

/** What `make bench` is asked for; each suite says which of it it reads. */
export interface BenchOptions {
  /** The suites by name; none: the usual ones. */
  readonly suites: readonly string[];
  /** Messages of a run; each suite has its own default. */
  readonly count: number | undefined;
  /** Events a second; absent for a backlog that is produced at once. */
  readonly rate: number | undefined;
  readonly layout: LayoutName;
  /** How long the provider takes for its answer, ms. */
  readonly latencyMs: number;
  readonly channel: BenchChannel;
  /** Measured runs; the one with the median of CPU is told. */
  readonly runs: number;
  /** Email senders of the suite `sender`. */
  readonly senders: number;
  /** How long the suite `soak` goes on. */
  readonly minutes: number;
}

const flags = {
  count: { type: "string" },
  rate: { type: "string" },
  layout: { type: "string" },
  latency: { type: "string" },
  channel: { type: "string" },
  runs: { type: "string" },
  senders: { type: "string" },
  minutes: { type: "string" },
} as const;

/** Reads the arguments of a bench. Throws an Error that says which one cannot be read and what it may be. */
export function benchOptions(argv: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({ args: [...argv], options: flags, allowPositionals: true });
  return {
    suites: positionals,
    count: optionalNumber("count", values.count),
    rate: optionalNumber("rate", values.rate),
    layout: oneOf("layout", values.layout ?? "2", Object.keys(layouts) as LayoutName[]),
    latencyMs: optionalNumber("latency", values.latency ?? "0", 0) ?? 0,
    channel: oneOf("channel", values.channel ?? "email", benchChannels),
    runs: optionalNumber("runs", values.runs) ?? 1,
    senders: optionalNumber("senders", values.senders) ?? 1,
    minutes: optionalNumber("minutes", values.minutes) ?? 10,
  };
}

function optionalNumber(name: string, text: string | undefined, least = 1): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) {
    throw new Error(`${name.toUpperCase()} must be a whole number from ${least} on, not '${text}'`);
  }
  return value;
}

function oneOf<const Name extends string>(name: string, text: string, allowed: readonly Name[]): Name {
  const found = allowed.find((one) => one === text);
  if (found === undefined) throw new Error(`${name.toUpperCase()} must be one of ${allowed.join(", ")}, not '${text}'`);
  return found;
}
