import type { World } from "#tests/support/world.ts";
import { type BrokerRequests, brokerRequests } from "./broker-requests.ts";
import { cpuMicros, familyCpuMicros, machineCpuMicros, residentMb } from "./cpu.ts";
import { commandCounts, commandsBetween, type RedisCommands } from "./redis-commands.ts";
import { storePid } from "./stores.ts";

/** A process whose CPU and memory are told. */
export interface MeteredProcess {
  readonly name: string;
  /** CPU so far, µs, threads that have ended included; NaN where the process is not one of this machine's. */
  readonly cpu: () => number;
  /** Resident memory, MB. */
  readonly mb: () => number;
}

/** What a run has used. */
export interface Usage {
  /** CPU, µs, by the name of the process. */
  readonly cpu: ReadonlyMap<string, number>;
  /** CPU of the machine that none of them used, µs. */
  readonly foreignMicros: number;
  readonly records: LogRecords;
  /** Absent where the broker is not a process of this machine. */
  readonly requests: BrokerRequests | undefined;
  readonly redis: RedisCommands;
  readonly commits: number;
}

interface LogRecords {
  /** Records on all topics of the world. */
  readonly written: number;
  /** Records that its groups have completed, each group for itself. */
  readonly read: number;
}

interface Totals {
  readonly cpu: ReadonlyMap<string, number>;
  readonly machineMicros: number;
  readonly records: LogRecords;
  readonly requests: BrokerRequests | undefined;
  readonly redis: ReadonlyMap<string, number>;
  readonly commits: number;
}

/** What an account is kept of. */
export interface AccountOf {
  readonly world: World;
  readonly processes: readonly MeteredProcess[];
  /** The commits of the world's database, as many of them as have been told. */
  readonly commits: () => Promise<number>;
}

/** The stores, the double and this process, by the names under which figures tell them. */
export function meteredStores({ redis, simulatorPid }: World): readonly MeteredProcess[] {
  const postgres = storePid("postgres");
  return [
    meteredProcess("kafka", storePid("kafka")),
    meteredProcess("registry", storePid("registry")),
    { ...meteredProcess("postgres", postgres), ...(postgres > 0 && { cpu: () => familyCpuMicros(postgres) }) },
    { name: "redis", cpu: () => cpuMicros(redis.pid), mb: () => residentMb(redis.pid) },
    meteredProcess("double", simulatorPid),
    meteredProcess("generator", process.pid),
  ];
}

/** A process by its id; 0 for one that is not on this machine. */
export function meteredProcess(name: string, pid: number): MeteredProcess {
  const unknown = () => Number.NaN;
  return pid === 0
    ? { name, cpu: unknown, mb: unknown }
    : { name, cpu: () => cpuMicros(pid), mb: () => residentMb(pid) };
}

/** Takes the totals of now; what is used from here on is told by `close`, with the commands that a script calls on average. */
export async function openAccount(of: AccountOf): Promise<{ close(insideEach: () => number): Promise<Usage> }> {
  const before = await openingTotals(of);
  return {
    close: async (insideEach) => {
      const after = await closingTotals(of);
      return usageBetween(before, after, insideEach());
    },
  };
}

/** CPU last: what the questions cost is not in it. */
async function openingTotals({ world, processes, commits }: AccountOf): Promise<Totals> {
  const asked = { commits: await commits(), requests: await requestsOf(), records: await recordsOf(world) };
  return { ...asked, redis: await commandCounts(world.redis.client), ...cpuOf(processes) };
}

/** CPU first: what the questions cost is not in it. */
async function closingTotals({ world, processes, commits }: AccountOf): Promise<Totals> {
  const cpu = cpuOf(processes);
  const redis = await commandCounts(world.redis.client);
  return { ...cpu, redis, records: await recordsOf(world), requests: await requestsOf(), commits: await commits() };
}

function cpuOf(processes: readonly MeteredProcess[]): Pick<Totals, "cpu" | "machineMicros"> {
  return {
    cpu: new Map(processes.map(({ name, cpu }) => [name, cpu()])),
    machineMicros: machineCpuMicros(),
  };
}

async function requestsOf(): Promise<BrokerRequests | undefined> {
  const broker = storePid("kafka");
  return broker === 0 ? undefined : brokerRequests(broker);
}

/** The log's own offsets: nothing here knows which stages there are. */
async function recordsOf({ platform, prefix }: World): Promise<LogRecords> {
  const log = platform.log();
  const topics = (await log.topics()).filter((topic) => topic.startsWith(prefix));
  const ends = await log.offsets(topics);
  const groups = [...(await log.groups(prefix)).keys()];
  const committed = await Promise.all(groups.map((group) => log.committed(group, topics)));
  return {
    written: ends.reduce((sum, { high }) => sum + high, 0),
    read: committed.flat().reduce((sum, { offset }) => sum + Math.max(0, offset), 0),
  };
}

function usageBetween(before: Totals, after: Totals, insideEach: number): Usage {
  const cpu = new Map([...after.cpu].map(([name, micros]) => [name, micros - (before.cpu.get(name) ?? 0)]));
  const known = [...cpu.values()].filter((micros) => !Number.isNaN(micros)).reduce((sum, micros) => sum + micros, 0);
  return {
    cpu,
    foreignMicros: Math.max(0, after.machineMicros - before.machineMicros - known),
    records: {
      written: after.records.written - before.records.written,
      read: after.records.read - before.records.read,
    },
    requests: after.requests &&
      before.requests && {
        fetches: after.requests.fetches - before.requests.fetches,
        produces: after.requests.produces - before.requests.produces,
      },
    redis: commandsBetween(before.redis, after.redis, insideEach),
    commits: after.commits - before.commits,
  };
}
