import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { createRedis, redisCall } from "#shared/platform/redis/redis.ts";
import { redisAccess } from "#shared/platform/redis/redis-access.ts";
import { binaries } from "#stack/binaries.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { freePort } from "#tests/support/world/free-port.ts";

let folder: string;
let sentinel: number;
const started: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carillon-sentinel-"));
  const { redisServer } = await binaries({ cache: readStackConfig().cache, maven: "mvn", say: () => {} });
  const start = (...args: readonly string[]) => started.push(spawn(redisServer, [...args], { stdio: "ignore" }));
  const [master, port] = [await freePort(), await freePort()];
  sentinel = port;
  start("--bind", "127.0.0.1", "--port", String(master), "--save", "", "--requirepass", "m", "--dir", folder);
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    "requirepass s",
    `sentinel monitor mymaster 127.0.0.1 ${master} 1`,
    "sentinel auth-pass mymaster m",
  ];
  await writeFile(join(folder, "sentinel.conf"), `${lines.join("\n")}\n`);
  start(join(folder, "sentinel.conf"), "--sentinel");
}, 60_000);
afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

async function pingVia(password: string): Promise<string> {
  const result = redisSettings.read({
    COMMS_REDIS_URL: "redis://:m@mymaster",
    COMMS_REDIS_SENTINELS: `127.0.0.1:1, 127.0.0.1:${sentinel}`,
    COMMS_REDIS_SENTINEL_PASSWORD: password,
  });
  if (result.kind === "issues") throw new Error(result.issues.join("\n"));
  const redis = createRedis(redisAccess(result.config));
  try {
    return await redisCall(() => redis.ping());
  } finally {
    redis.disconnect();
  }
}

it("finds the master by those of the sentinels that answer, with its password and with theirs", async () => {
  expect(await eventually(() => pingVia("s"), "the master", 20_000)).toBe("PONG");
});

it("waits no longer than a command may where no sentinel lets it in", async () => {
  await expect(pingVia("wrong")).rejects.toMatchObject({ retryable: true });
});
