/**
 * What a command costs in the driver of Redis and on the server, by how commands come to the socket. `bin/node tests/bench/main.ts
 * redis-client`. A script is called by 128 workers, each at moments of its own, as senders call theirs. Medians of the rounds, µs of
 * CPU a command; the workers' own pauses are told apart, and the server's share is in steps of 10 ms.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Redis, type RedisOptions } from "ioredis";
import { groupWrites } from "#shared/platform/redis/grouped-writes.ts";
import { redisAddress } from "#shared/platform/redis/redis-access.ts";
import { addresses } from "#tests/support/addresses.ts";
import { watchTrips } from "#tests/support/redis-trips.ts";
import { cpuMicros } from "./cpu.ts";
import { figure, heading, percentile } from "./figures.ts";
import { storePid } from "./stores.ts";

const commands = 40_000;
const workers = 128;
const rounds = 5;
const pauseMsMax = 8;
const script = "redis.call('SET', KEYS[1], ARGV[1], 'PX', 60000) return { 'claimed', '', '1', '0' }";

/** One way to bring commands to the socket. */
interface Client {
  readonly name: string;
  readonly open: () => Redis;
}

/** What one command cost, µs of CPU, and its part of a write. */
interface CommandCost {
  readonly client: number;
  readonly server: number;
  readonly writes: number;
}

type DriverOptions = Pick<RedisOptions, "commandTimeout" | "enableAutoPipelining">;

const withDeadline = { commandTimeout: 3_000 };
const clients: readonly Client[] = [
  { name: "as the driver writes", open: () => open(withDeadline) },
  { name: "auto-pipelining of the driver", open: () => open({ ...withDeadline, enableAutoPipelining: true }) },
  { name: "grouped writes", open: () => grouped(withDeadline) },
  { name: "grouped writes, no deadline of commands", open: () => grouped({}) },
];

function open(options: DriverOptions): Redis {
  return new Redis({ ...redisAddress(addresses().redis.url), protocol: 2, ...options });
}

function grouped(options: DriverOptions): Redis {
  const redis = open(options);
  groupWrites(redis);
  return redis;
}

/** Works off `commands` pauses, and a command after each if there is a client. */
async function workOff(call?: (worker: number) => Promise<unknown>): Promise<void> {
  let left = commands;
  const work = async (worker: number) => {
    while (left-- > 0) {
      await call?.(worker);
      await sleep(1 + ((worker * 7 + Math.max(0, left)) % pauseMsMax));
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
}

async function usedBy(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / commands;
}

async function measure({ open }: Client, pauses: number): Promise<CommandCost> {
  const redis = open();
  const sha = String(await redis.script("LOAD", script));
  const pid = storePid("redis");
  const server = () => (pid === 0 ? Number.NaN : cpuMicros(pid));
  const trips = watchTrips(redis);
  const served = server();
  const used = await usedBy(() =>
    workOff((worker) => redis.evalsha(sha, 1, `bench:${worker}`, "C|1|1767614400000||||o|")),
  );
  const cost = { client: used - pauses, server: (server() - served) / commands, writes: trips().writes / commands };
  redis.disconnect();
  return cost;
}

/** Prints what a command costs, by each way in turn, round by round. */
export async function benchRedisClient(): Promise<void> {
  heading(`${commands} scripts by ${workers} workers, ${rounds} rounds: CPU a command, writes a command`);
  const costs = new Map(clients.map((client) => [client, [] as CommandCost[]]));
  for (let round = 0; round < rounds; round++) {
    const pauses = await usedBy(() => workOff());
    for (const client of clients) costs.get(client)?.push(await measure(client, pauses));
  }
  for (const [{ name }, found] of costs) {
    const median = (of: keyof CommandCost, digits: number) =>
      percentile(
        found.map((cost) => cost[of]),
        0.5,
      ).toFixed(digits);
    figure(name, `client ${median("client", 1)} µs  server ${median("server", 1)} µs  writes ${median("writes", 3)}`);
  }
}
