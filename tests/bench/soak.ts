import { type MeteredProcess } from "./account.ts";
import { settledCommits } from "./commits.ts";
import { countedRun, type DrainBench, measuredRuns, warmUp, withDrainBench } from "./drain.ts";
import { type DrainFigures, drainFigures, printRun } from "./drain-figures.ts";
import { figure, heading } from "./figures.ts";
import type { BenchOptions } from "./options.ts";

/** A rate that the path carries for long leaves it some room. */
const shareOfSustained = 0.8;
const drainCount = 5_000;
const memoryEveryMs = 10_000;

/** Resident memory of a process over a run, MB. */
interface Memory {
  readonly start: number;
  /** Half-way: what grows from here to the end grows for ever. */
  readonly middle: number;
  readonly end: number;
  readonly max: number;
}

/** What a long run at a steady rate showed. */
export interface SoakFigures extends DrainFigures {
  readonly minutes: number;
  /** Events a second. */
  readonly rate: number;
  readonly memory_mb: Readonly<Record<string, Memory>>;
}

/** Mails for minutes on end at RATE, or at 80 % of what a backlog was worked off with just before. */
export async function benchSoak(options: BenchOptions): Promise<SoakFigures> {
  const { minutes, channel } = options;
  return withDrainBench(options, async (bench) => {
    const rate = options.rate ?? (await sustainedRate(bench, channel));
    if (options.rate !== undefined) await warmUp(bench, channel);
    heading(`${rate} messages a second by ${channel} for ${minutes} minutes`);
    const watch = watchMemory(bench.processes);
    const { env } = bench.world;
    const account = { commits: () => settledCommits(env["COMMS_POSTGRES_URL"] ?? ""), insideEach: () => 0 };
    const { usage, delivery } = await countedRun(bench, { channel, count: rate * minutes * 60, rate }, account);
    const memory_mb = watch.stop();
    const figures = drainFigures("soak", usage, delivery);
    printRun(`${minutes} minutes`, figures);
    for (const [name, { start, middle, end, max }] of Object.entries(memory_mb)) {
      figure(`memory of ${name}`, `${start} MB at the start, ${middle} half-way, ${end} at the end, ${max} at most`);
    }
    return { ...figures, minutes, rate, memory_mb };
  });
}

async function sustainedRate(bench: DrainBench, channel: BenchOptions["channel"]): Promise<number> {
  heading(`what is sustained: ${drainCount} messages by ${channel}, produced at once`);
  const [run] = await measuredRuns(bench, { channel, count: drainCount, rate: undefined }, 1);
  return Math.max(1, Math.floor((run?.mails_per_second ?? 0) * shareOfSustained));
}

function watchMemory(processes: readonly MeteredProcess[]) {
  const seen = new Map<string, number[]>(processes.map(({ name }) => [name, []]));
  const look = () => {
    for (const { name, mb } of processes) seen.get(name)?.push(Math.round(mb()));
  };
  look();
  const timer = setInterval(look, memoryEveryMs);
  return {
    stop: (): Readonly<Record<string, Memory>> => {
      clearInterval(timer);
      look();
      return Object.fromEntries([...seen].map(([name, values]) => [name, memoryOf(values)]));
    },
  };
}

function memoryOf(values: readonly number[]): Memory {
  const at = (index: number) => values[index] ?? Number.NaN;
  const [start, middle, end] = [at(0), at(Math.floor(values.length / 2)), at(values.length - 1)];
  return { start, middle, end, max: Math.max(...values) };
}
