import { mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Part } from "../part.ts";
import type { PartContext } from "./context.ts";

/** Redis with an append-only file: its content could be rebuilt, but a restart of the stack should change nothing. */
export function redisPart({ layout, ports, binaries }: PartContext): Part {
  const home = join(layout.data, "redis");
  return {
    name: "redis",
    address: `redis://127.0.0.1:${ports.redis}`,
    logFile: join(layout.logs, "redis.log"),
    stopSignal: "SIGTERM",
    async prepare() {
      await mkdir(home, { recursive: true });
    },
    command: () => ({
      file: binaries.redisServer,
      cwd: home,
      args: [...redisArguments, "--bind", "127.0.0.1", "--port", String(ports.redis)],
    }),
    ready: () => redisReady(ports.redis, 2_000),
  };
}

/** What the native server and the one in Docker have in common; a test holds `docker-compose.yml` to it. */
export const redisArguments = [
  "--appendonly",
  "yes",
  "--appendfsync",
  "everysec",
  "--save",
  "",
  "--maxmemory-policy",
  "noeviction",
];

/** Whether it answers PING with PONG; while it still loads its file, it does not. */
export function redisReady(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once("connect", () => socket.write("PING\r\n"));
    socket.once("data", (chunk: Buffer) => end(chunk.toString("latin1").startsWith("+PONG")));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
