import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Engine, type PartName, type PartStatus, partNames } from "./engine.ts";
import type { Layout } from "./layout.ts";
import type { Ports } from "./ports.ts";
import { answers } from "./probes.ts";
import { pauseMs } from "./processes.ts";
import { refusal } from "./refusal.ts";
import { type CommandResult, finish } from "./run-command.ts";
import type { Say } from "./supervisor.ts";

const composeFile = fileURLToPath(new URL("../docker-compose.yml", import.meta.url));
const readyDeadlineMs = 180_000;

/** Runs a `docker …` command line; a test puts its own in place. */
export type RunDocker = (args: readonly string[]) => Promise<CommandResult>;

/** An engine that hangs is none; images may take their time to come. */
const runDocker: RunDocker = (args) =>
  finish({ file: "docker", args }, { timeoutMs: args.length > 2 ? 900_000 : 10_000 });

/** Whether a Docker engine answers and its compose plug-in is there. */
export async function dockerAnswers(docker: RunDocker = runDocker): Promise<boolean> {
  const done = async (...args: string[]) => (await docker(args).catch(() => undefined))?.code === 0;
  return (await done("info")) && (await done("compose", "version"));
}

/** The servers in containers, by `docker-compose.yml`; data in named volumes of a project of the root's own. */
export function dockerEngine(options: {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly say: Say;
  readonly docker?: RunDocker;
}): Engine {
  const { layout, ports, say, docker = runDocker } = options;
  const envFile = join(layout.home, "compose.env");
  const compose = async (...args: string[]): Promise<string> => {
    await mkdir(layout.home, { recursive: true });
    await writeFile(envFile, composeEnvironment(ports));
    const line = ["compose", "--project-name", projectOf(layout.root), "--env-file", envFile, "--file", composeFile];
    return stdoutOf(await docker([...line, ...args]), args);
  };
  const running = async () => {
    const services = (await compose("ps", "--services", "--status", "running")).split("\n");
    return partNames.filter((name) => services.includes(name));
  };
  return {
    mode: "docker",
    isSecure: false,
    pairingFile: join(layout.data, "docker-pairing.json"),
    running,
    async start(names) {
      await compose("up", "--detach", ...names);
      await Promise.all(names.map((name) => untilAnswers(name, ports, say)));
    },
    async stop(names) {
      await compose("rm", "--stop", "--force", ...names);
      if ((await running()).length === 0) await compose("down");
    },
    async kill(name, signal) {
      if (!(await running()).includes(name)) return false;
      await compose("kill", "--signal", signal, name);
      return true;
    },
    async status() {
      const up = await running();
      return Promise.all(partNames.map((name) => statusOf(name, up.includes(name), ports)));
    },
    logHoldsRecords: async () => undefined,
    clean: async () => void (await compose("down", "--volumes")),
  };
}

/** The compose project of a root: two checkouts share neither containers nor volumes. */
export function projectOf(root: string): string {
  return `carillon-${createHash("sha256").update(root).digest("hex").slice(0, 8)}`;
}

/** The variables that `docker-compose.yml` asks for. */
export function composeEnvironment(ports: Ports): string {
  return partNames.map((name) => `CARILLON_${name.toUpperCase()}_PORT=${ports[name]}\n`).join("");
}

function stdoutOf(done: CommandResult, args: readonly string[]): string {
  if (done.code === 0) return done.stdout;
  const message = done.stderr.trim().split("\n").at(-1) ?? "";
  throw refusal(
    "STACK_DOCKER",
    `'docker compose ${args.join(" ")}' failed; fix what it reports, or set COMMS_STACK=native: ${message}`,
  );
}

async function untilAnswers(name: PartName, ports: Ports, say: Say): Promise<void> {
  const began = performance.now();
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  while (!(await answers(name, ports))) {
    if (performance.now() - began > readyDeadlineMs) {
      throw refusal(
        "STACK_PART_SLOW",
        `${name} is not ready after ${seconds()}: 'docker compose logs ${name}' may say why.`,
      );
    }
    await pauseMs(200);
  }
  say(`${name.padEnd(10)}ready after ${seconds()}  127.0.0.1:${ports[name]}`);
}

async function statusOf(name: PartName, up: boolean, ports: Ports): Promise<PartStatus> {
  if (!up) return { name, state: "stopped" };
  return { name, state: (await answers(name, ports)) ? "ready" : "silent" };
}
