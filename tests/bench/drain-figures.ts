import type { Usage } from "./account.ts";
import { figure, percentile } from "./figures.ts";

/** What became of the messages of a run, by the provider's ledger. */
export interface Delivery {
  /** Messages that were due. */
  readonly count: number;
  readonly mailsPerSecond: number;
  /** From the event to the provider, ms. */
  readonly waits: readonly number[];
  readonly lost: number;
  readonly twice: number;
}

/** The JSON line of a run. Times in µs of CPU, everything but rate, waits, lost and twice by the event. */
export interface DrainFigures {
  readonly suite: string;
  readonly mails_per_second: number;
  /** Over everything: processes, stores, double and generator. */
  readonly cpu_us_per_event: number;
  /** The same without the double and the generator. */
  readonly own_cpu_us_per_event: number;
  readonly by_process: Readonly<Record<string, number>>;
  readonly kafka: number | null;
  readonly postgres: number | null;
  readonly redis: number;
  readonly registry: number | null;
  readonly double: number;
  readonly generator: number;
  readonly records_written: number;
  readonly records_read: number;
  readonly fetches: number | null;
  readonly produces: number | null;
  /** Sent by clients, a script counted as one. */
  readonly redis_commands: number;
  readonly redis_commands_in_scripts: number;
  readonly pg_commits: number;
  readonly lost: number;
  readonly twice: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly foreign_us_per_event: number;
  readonly count: number;
}

const beside = ["kafka", "registry", "postgres", "redis", "double", "generator"];
/** What is there for the bench alone. */
const benchOnly = ["double", "generator"];

/** Divides what a run has used by its messages. */
export function drainFigures(suite: string, usage: Usage, delivery: Delivery): DrainFigures {
  const { count, lost, twice, waits } = delivery;
  const each = (total: number, digits = 0) => Number((total / count).toFixed(digits));
  const known = [...usage.cpu].filter(([, micros]) => !Number.isNaN(micros));
  const sum = (of: (name: string) => boolean) =>
    known.filter(([name]) => of(name)).reduce((total, [, micros]) => total + micros, 0);
  const cpu = (name: string) => each(usage.cpu.get(name) ?? Number.NaN);
  return {
    suite,
    mails_per_second: Number(delivery.mailsPerSecond.toFixed(1)),
    cpu_us_per_event: each(sum(() => true)),
    own_cpu_us_per_event: each(sum((name) => !benchOnly.includes(name))),
    by_process: Object.fromEntries(
      known.filter(([name]) => !beside.includes(name)).map(([name, micros]) => [name, each(micros)]),
    ),
    kafka: cpu("kafka"),
    postgres: cpu("postgres"),
    redis: cpu("redis"),
    registry: cpu("registry"),
    double: cpu("double"),
    generator: cpu("generator"),
    records_written: each(usage.records.written, 2),
    records_read: each(usage.records.read, 2),
    fetches: usage.requests ? each(usage.requests.fetches, 2) : null,
    produces: usage.requests ? each(usage.requests.produces, 2) : null,
    redis_commands: each(usage.redis.fromClients, 2),
    redis_commands_in_scripts: each(usage.redis.inScripts, 2),
    pg_commits: each(usage.commits, 2),
    lost,
    twice,
    p50_ms: Math.round(percentile(waits, 0.5)),
    p95_ms: Math.round(percentile(waits, 0.95)),
    foreign_us_per_event: each(usage.foreignMicros),
    count,
  };
}

/** The run with the median of CPU; lost and twice are those of all runs. */
export function medianRun<Run extends Pick<DrainFigures, "cpu_us_per_event" | "lost" | "twice">>(
  runs: readonly Run[],
): Run {
  const sorted = runs.toSorted((a, b) => a.cpu_us_per_event - b.cpu_us_per_event);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (median === undefined) throw new Error("There is no run to take a median of");
  const total = (of: "lost" | "twice") => runs.reduce((sum, run) => sum + run[of], 0);
  return { ...median, lost: total("lost"), twice: total("twice") };
}

/** Prints a run in a few lines, for people. */
export function printRun(name: string, run: DrainFigures): void {
  const rest = `kafka ${run.kafka}, postgres ${run.postgres}, redis ${run.redis}, double ${run.double}`;
  figure(name, `${run.mails_per_second} mails/s, ${run.cpu_us_per_event} µs an event; ${rest}`);
  figure("  processes", JSON.stringify(run.by_process));
  figure("  records written, read", `${run.records_written}, ${run.records_read}`);
  figure("  fetches, produces", `${run.fetches}, ${run.produces}`);
  figure(
    "  Redis commands, in scripts; commits",
    `${run.redis_commands}, ${run.redis_commands_in_scripts}; ${run.pg_commits}`,
  );
  figure("  event → provider p50, p95", `${run.p50_ms}, ${run.p95_ms} ms`);
  figure("  lost, twice", `${run.lost}, ${run.twice}`);
  figure("  CPU of others on the machine", `${run.foreign_us_per_event} µs an event`);
}
