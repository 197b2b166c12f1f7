import { spawn } from "node:child_process";
import type { Redis } from "ioredis";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { createRedis } from "#shared/platform/redis/redis.ts";
import { binaries } from "#stack/binaries.ts";
import { redisReady } from "#stack/parts/redis.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";

/** A Redis of the test's own, in memory only: to be wiped and killed without harm to anyone. */
export interface RedisServer {
  readonly url: string;
  /** Another after each rewind. */
  readonly pid: number;
  readonly client: Redis;
  /** FLUSHALL: everything, the scripts' memory aside. */
  wipe(): Promise<void>;
  /** Writes a snapshot of what is there now. */
  snapshot(): Promise<void>;
  /** Kills it as a crash would, and starts it from the last snapshot on the same port. */
  rewind(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the server that the native stack runs, on a free port, with its data nowhere. */
export async function startRedisServer(folder: string): Promise<RedisServer> {
  const { redisServer } = await binaries({ cache: readStackConfig().cache, maven: "mvn", say: () => {} });
  const port = await freePort();
  const args = ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no", "--dir", folder];
  const start = async () => {
    const child = spawn(redisServer, args, { stdio: "ignore" });
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    await eventually(() => redisReady(port, 500), "redis to answer", 20_000);
    return { child, exited };
  };
  let running = await start();
  const kill = async () => {
    running.child.kill("SIGKILL");
    await running.exited;
  };
  const url = `redis://127.0.0.1:${port}`;
  const client = createRedis(url);
  return {
    url,
    get pid() {
      return running.child.pid ?? 0;
    },
    client,
    wipe: async () => void (await client.flushall()),
    snapshot: async () => void (await client.save()),
    rewind: async () => {
      await kill();
      running = await start();
    },
    close: async () => {
      client.disconnect();
      await kill();
    },
  };
}
