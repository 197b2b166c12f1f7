import { createHash } from "node:crypto";
import { connect, createServer } from "node:net";
import { readJson, writeJson } from "./json-file.ts";
import { refusal } from "./refusal.ts";

const names = [
  "kafka",
  "controller",
  "registry",
  "postgres",
  "redis",
  "gateway",
  "simulator",
  "smtp",
  "probes",
  "kafkaTls",
] as const;

export type PortName = (typeof names)[number];
export type Ports = Readonly<Record<PortName, number>>;

/** Blocks of ten from here on, below the ports that Linux and macOS hand out by themselves (32768 and up). */
const firstPort = 20_000;
const blocks = 1_200;

/** The ten ports from a base upwards. */
export function portsFrom(base: number): Ports {
  return Object.fromEntries(names.map((name, offset) => [name, base + offset])) as Record<PortName, number>;
}

/** The base that a folder prefers: the same folder always prefers the same. */
export function preferredBase(root: string): number {
  return firstPort + (createHash("sha256").update(root).digest().readUInt32BE(0) % blocks) * names.length;
}

/** The base to try after one that is taken. */
export function nextBase(base: number): number {
  return firstPort + ((base - firstPort + names.length) % (blocks * names.length));
}

/** Returns true if nothing listens on the port of the loopback address. */
export async function isFree(port: number): Promise<boolean> {
  if (await answers(port)) return false;
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** The names of the ports that something listens on. */
export async function portsInUse(ports: Ports): Promise<PortName[]> {
  const free = await Promise.all(names.map((name) => isFree(ports[name])));
  return names.filter((_, index) => !free[index]);
}

/**
 * The stack's ports: the requested ones, the ones it had before, or a free block near the folder's preferred one. They
 * are kept in `file`, so that addresses outlive a restart. Does not check that kept ports are still free.
 */
export async function choosePorts(file: string, root: string, base: number | undefined): Promise<Ports> {
  const chosen = base ?? (await keptBase(file)) ?? (await freeBase(preferredBase(root)));
  await writeJson(file, { base: chosen });
  return portsFrom(chosen);
}

/** The ports chosen before, if any were. */
export async function keptPorts(file: string): Promise<Ports | undefined> {
  const base = await keptBase(file);
  return base === undefined ? undefined : portsFrom(base);
}

async function keptBase(file: string): Promise<number | undefined> {
  const kept = await readJson(file);
  const base = typeof kept === "object" && kept !== null && "base" in kept ? kept.base : undefined;
  return typeof base === "number" ? base : undefined;
}

async function freeBase(preferred: number): Promise<number> {
  let base = preferred;
  for (let tries = 0; tries < blocks; tries++) {
    if ((await portsInUse(portsFrom(base))).length === 0) return base;
    base = nextBase(base);
  }
  throw refusal(
    "STACK_PORT_TAKEN",
    `No block of ten free ports was found from ${firstPort} on; free some, or set COMMS_STACK_PORT_BASE`,
  );
}

/** Throws a refusal if another process listens on a port of the stack. */
export async function assertFree(ports: Ports, wanted: readonly PortName[], portsFile: string): Promise<void> {
  const busy = (await portsInUse(ports)).filter((name) => wanted.includes(name));
  const first = busy[0];
  if (first === undefined) return;
  const list = busy.map((name) => `${ports[name]} (${name})`).join(", ");
  throw refusal(
    "STACK_PORT_TAKEN",
    `Another program listens on port ${list}: stop it ('lsof -i :${ports[first]}' or 'ss -ltnp' names it), ` +
      `or move this checkout with COMMS_STACK_PORT_BASE=<port> or by deleting ${portsFile}.`,
  );
}
