import { readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import type { Part } from "../part.ts";
import type { SecureFiles } from "../secure/secure-files.ts";
import type { PartContext } from "./context.ts";

/** Redis with an append-only file: its content could be rebuilt, but a restart of the stack should change nothing. */
export function redisPart({ layout, ports, binaries, secure }: PartContext): Part {
  const home = join(layout.data, "redis");
  return {
    name: "redis",
    address: redisUrl(ports.redis, secure !== undefined),
    logFile: join(layout.logs, "redis.log"),
    stopSignal: "SIGTERM",
    async prepare() {
      await mkdir(home, { recursive: true });
      if (secure !== undefined) await writeFile(join(home, "users.acl"), await usersOf(secure), { mode: 0o600 });
    },
    command: () => ({
      file: binaries.redisServer,
      cwd: home,
      args: [...redisArguments, "--bind", "127.0.0.1", ...portArguments(ports.redis, { home, secure })],
    }),
    ready: () => redisReady(ports.redis, 2_000, secure),
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

/** The user of a secure Redis. The default one is off: who brings no name gets nothing. */
const redisUser = "carillon";

/** The address of Redis; that of a secure one names the user, whose password lies in a file. */
export function redisUrl(port: number, isSecure: boolean): string {
  return isSecure ? `rediss://${redisUser}@127.0.0.1:${port}` : `redis://127.0.0.1:${port}`;
}

async function usersOf({ passwords }: SecureFiles): Promise<string> {
  return `user default off\nuser ${redisUser} on >${await readFile(passwords.redis, "utf8")} ~* &* +@all\n`;
}

function portArguments(
  port: number,
  { home, secure }: { readonly home: string; readonly secure: SecureFiles | undefined },
): readonly string[] {
  if (secure === undefined) return ["--port", String(port)];
  const files = ["--tls-cert-file", secure.server.certificate, "--tls-key-file", secure.server.key];
  const authority = ["--tls-ca-cert-file", secure.ca, "--tls-auth-clients", "no"];
  return ["--port", "0", "--tls-port", String(port), ...files, ...authority, "--aclfile", join(home, "users.acl")];
}

/** Whether it answers PING with PONG; while it still loads its file, it does not. */
export function redisReady(port: number, timeoutMs: number, secure?: SecureFiles): Promise<boolean> {
  return new Promise((resolve) => {
    const at = { port, host: "127.0.0.1" };
    const socket = secure === undefined ? connect(at) : connectTls({ ...at, ca: readFileSync(secure.ca) });
    const login = secure === undefined ? "" : `AUTH ${redisUser} ${readFileSync(secure.passwords.redis, "utf8")}\r\n`;
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    let received = "";
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once(secure === undefined ? "connect" : "secureConnect", () => socket.write(`${login}PING\r\n`));
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (/^(\+OK\r\n)?\+PONG/.test(received)) end(true);
      else if (received.startsWith("-")) end(false);
    });
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
