import { join } from "node:path";
import { binaries } from "./binaries.ts";
import { assertSpace } from "./disk.ts";
import { type Engine, type PartName, type PartStatus, partNames } from "./engine.ts";
import { assertJava } from "./java.ts";
import type { Layout } from "./layout.ts";
import { logHoldsRecords } from "./log-records.ts";
import type { Part } from "./part.ts";
import { kafkaPart } from "./parts/kafka.ts";
import { postgresPart } from "./parts/postgres.ts";
import { redisPart } from "./parts/redis.ts";
import { registryPart } from "./parts/registry.ts";
import { assertFree, type PortName, type Ports } from "./ports.ts";
import { answers } from "./probes.ts";
import { residentBytes } from "./processes.ts";
import { ensureSecureFiles, type SecureFiles, secureFilesOf } from "./secure/secure-files.ts";
import { createSupervisor, type Say } from "./supervisor.ts";
import { assertOwned, postgresUser } from "./user.ts";

const spaceNeeded = 1024 ** 3;

const portNames: Readonly<Record<PartName, readonly PortName[]>> = {
  kafka: ["kafka", "controller", "kafkaTls"],
  registry: ["registry"],
  postgres: ["postgres"],
  redis: ["redis"],
};

const makers = { kafka: kafkaPart, registry: registryPart, postgres: postgresPart, redis: redisPart };

/** The signal that stops each part cleanly. Postgres takes SIGTERM for "once all clients have left". */
const stopSignals: Readonly<Record<PartName, NodeJS.Signals>> = {
  kafka: "SIGTERM",
  registry: "SIGTERM",
  postgres: "SIGINT",
  redis: "SIGTERM",
};

/** The servers as plain processes of this user. */
export function nativeEngine(options: {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly java: string;
  readonly maven: string;
  /** Servers with TLS, passwords and ACLs. */
  readonly isSecure?: boolean;
  readonly say: Say;
}): Engine {
  const { layout, ports, say } = options;
  const secure = options.isSecure === true ? secureFilesOf(layout.secure) : undefined;
  const supervisor = createSupervisor(layout, say);
  const running = async () => {
    const table = await supervisor.running();
    return partNames.filter((name) => name in table);
  };
  return {
    mode: "native",
    isSecure: secure !== undefined,
    pairingFile: join(layout.data, "kafka", "pairing.json"),
    running,
    async start(names) {
      const missing = await missingAmong(names, running);
      if (missing.length > 0) await assertMachine(options, missing);
      const found = await binaries({ cache: layout.cache, maven: options.maven, say });
      if (secure !== undefined) await ensureSecureFiles(layout.secure);
      const context = { layout, ports, binaries: found, java: options.java, secure };
      const parts = names.map((name): Part => makers[name](context));
      await waitForAll(parts.map((part) => supervisor.start(part)));
    },
    async stop(names) {
      await waitForAll(names.map((name) => supervisor.stop(name, stopSignals[name])));
    },
    kill: (name, signal) => supervisor.kill(name, signal),
    async status() {
      const table = await supervisor.running();
      return Promise.all(partNames.map((name) => statusOf(name, table[name], { ports, secure })));
    },
    logHoldsRecords: () => logHoldsRecords(join(layout.data, "kafka", "log")),
    clean: async () => {},
  };
}

async function missingAmong(names: readonly PartName[], running: () => Promise<readonly PartName[]>) {
  const found = await running();
  return names.filter((name) => !found.includes(name));
}

/** Throws a refusal for everything that can be known to fail before the first process starts. */
async function assertMachine(
  { layout, ports, java }: { readonly layout: Layout; readonly ports: Ports; readonly java: string },
  names: readonly PartName[],
): Promise<void> {
  await assertJava(java);
  await assertSpace(layout.home, spaceNeeded);
  for (const name of names) {
    await assertOwned(join(layout.data, name), name === "postgres" ? postgresUser()?.uid : undefined);
  }
  await assertFree(
    ports,
    names.flatMap((name) => portNames[name]),
    layout.portsFile,
  );
}

async function statusOf(
  name: PartName,
  process: { readonly pid: number; readonly startedAt: number } | undefined,
  { ports, secure }: { readonly ports: Ports; readonly secure: SecureFiles | undefined },
): Promise<PartStatus> {
  if (process === undefined) return { name, state: "stopped" };
  const state = (await answers(name, ports, secure)) ? "ready" : "silent";
  const { pid, startedAt } = process;
  return { name, state, pid, startedAt, residentBytes: await residentBytes(pid) };
}

/** Waits for all, even after one failed, then rejects with the first error: nothing runs on after the call. */
async function waitForAll(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
