import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "#shared/contracts/topics.ts";
import { readConfig, unknownSettings } from "#shared/platform/config/environment.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { type Health, startHealthServer } from "#shared/platform/http/health-server.ts";
import { errorText, redactedError } from "#shared/platform/telemetry/redacted-error.ts";
import { createFuseTopic } from "#shared/runtime/fuses/fuse-store.ts";
import { gatewayWatchedGroups } from "#shared/runtime/lag/group-lag.ts";
import { watchLag } from "#shared/runtime/lag/lag-watch.ts";
import { Host, type HostedService } from "#shared/runtime/process/host.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import { Precedence } from "#shared/runtime/shell/precedence.ts";
import { Shell } from "#shared/runtime/shell/shell.ts";
import { announceProcess } from "#stack/run-processes.ts";
import { type CliCommand, exit } from "./command.ts";
import { commandSettings } from "./command-settings.ts";
import { hostableServers, hostableSettings, hostableStages, isServerName } from "./hostable.ts";
import { hostsOf, namesToHost, processGroups } from "./process-groups.ts";
import { waitForStart } from "./start-wait.ts";

/** What `comms run` takes, for its help and for who named something else. */
const groupNames = Object.keys(processGroups);

/** How often it is looked whether everything is ready, ms. */
const readyEveryMs = 200;

/** `comms run`: one processor or several in this process, a group of them, or all of them and the gateway. */
export const run: CliCommand = {
  name: "run",
  usage: `run <processor…|${groupNames.join("|")}>`,
  summary: `Run one processor, several, or a group: path (${processGroups.path.join(" ")}), sinks (${processGroups.sinks.join(" ")}), or all`,
  flags: {},
  accepts: ({ args }) => args.length > 0 && unknownNames(args).length === 0,
  run: async (invocation) => {
    const names = namesToHost(invocation.args);
    if (run.accepts?.(invocation) !== true) {
      const unknown = unknownNames(names);
      const reason = unknown.length > 0 ? `There is no processor '${unknown.join("', '")}'. ` : "";
      process.stderr.write(`${reason}Name one or more of: ${[...processGroups.all, ...groupNames].join(", ")}.\n`);
      return exit.usage;
    }
    return host(names);
  },
};

function unknownNames(args: readonly string[]): readonly string[] {
  return namesToHost(args).filter((name) => !Object.hasOwn(hostableSettings, name));
}

async function host(names: readonly string[]): Promise<number> {
  for (const name of unknownSettings(knownSettings())) {
    process.stderr.write(
      `${name} is set and is no setting of Carillon, so it does nothing: docs/configuration.md lists them\n`,
    );
  }
  const config = readConfig(combineSettings(processSettings, ...names.flatMap((name) => hostableSettings[name] ?? [])));
  const platform = createProcessContext(config, { name: clientName(names) });
  const ended = Promise.withResolvers<number>();
  const ending = new AbortController();
  void ended.promise.then(() => ending.abort());
  const crash = (error: unknown): void => {
    process.stderr.write(`${redactedError(error).message ?? errorText(error)}\n`);
    ended.resolve(exit.failed);
  };
  // Node would print an error with every property that a driver set on it.
  process.on("uncaughtException", crash);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => ended.resolve(exit.done));
  try {
    const health = createStartHealth(platform);
    const at = { host: config.COMMS_HTTP_HOST, port: config.COMMS_HTTP_PORT };
    const server = await startHealthServer({ ...at, health });
    process.stderr.write(`health and metrics at ${server.url}\n`);
    const withdraw = announce(names, server.url);
    const isWarm = await waitForStart(() => platform.warm(), {
      clock: platform.clock,
      onWait: health.waitFor,
      signal: ending.signal,
    });
    if (isWarm) {
      const precedence = new Precedence(platform.clock);
      const hosted = await Promise.all(
        names.map((name) => hostedOf(name, { platform, config, precedence, onCrash: crash })),
      );
      const running = new Host(hosted, platform.telemetry.metrics, platform.trouble);
      health.follow(running.health);
      await Promise.race([running.start().catch(crash), ended.promise]);
      void sayReady(running.health, { names, url: server.url }, ending.signal);
      void watchOtherGroups(platform, names, ending.signal);
      const code = await ended.promise;
      await running.stop(code === exit.done ? config.COMMS_SHUTDOWN_SECONDS * 1000 : 1_000);
    }
    await server.close();
    withdraw();
    return await ended.promise;
  } finally {
    await Promise.race([platform.close(), sleep(10_000, undefined, { ref: false })]);
    // kafkajs may keep a socket's timer alive after it has disconnected.
    setTimeout(() => process.exit(), 2_000).unref();
  }
}

/** The health of a process that waits for something outside before it can host anything; then that of what it hosts. */
function createStartHealth({ telemetry, notes }: ProcessContext) {
  let why: string | undefined;
  let hosted: Health | undefined;
  return {
    live: () => hosted?.live(),
    ready: () => (hosted === undefined ? `starting${why === undefined ? "" : `: ${why}`}` : hosted.ready()),
    metrics: () => telemetry.metrics.text(),
    notes: () => [...notes.values()],
    follow: (health: Health): void => {
      hosted = health;
    },
    waitFor: (reason: string | undefined): void => {
      why = reason;
      if (reason !== undefined) telemetry.log.error({ code: "START_WAITS" }, reason);
    },
  };
}

/** Lists the process in `make status` where it runs beside a local stack. */
function announce(names: readonly string[], health: string): () => void {
  const { root } = readStackConfig();
  return announceProcess(root, { hosts: hostsOf(names), pid: process.pid, startedAt: Date.now(), health });
}

/** What the process calls itself to the broker. */
function clientName(names: readonly string[]): string {
  return hostsOf(names).replaceAll(", ", "-");
}

interface ReadyLine {
  readonly names: readonly string[];
  readonly url: string;
}

/** Writes one line once everything that is hosted is ready: what a script or a person waits for. */
async function sayReady(health: Health, { names, url }: ReadyLine, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && health.ready() !== undefined) {
    await sleep(readyEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
  if (signal.aborted) return;
  releaseStartMemory();
  process.stderr.write(
    `ready: ${hostsOf(names)}; probes at ${url}/readyz and ${url}/livez, metrics at ${url}/metrics\n`,
  );
}

/** Loading the code leaves a young generation that is grown and a heap full of sources: some 50 MB that an idle process keeps. */
function releaseStartMemory(): void {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}

/**
 * The process of a gateway tells how many records every group has not read that it does not host: of a stage that is dead nobody
 * else would. Two gateways tell the same, so rules take the maximum by group and topic.
 */
async function watchOtherGroups(
  platform: ProcessContext,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (!names.includes("gateway")) return;
  const { clock, prefix, telemetry } = platform;
  const watched = gatewayWatchedGroups(names);
  await watchLag({ clock, prefix, log: platform.log(), metrics: telemetry.metrics, ...watched }, signal);
}

/** Every setting that something in this version reads. */
function knownSettings(): readonly string[] {
  const readers = [...Object.values(hostableSettings), ...Object.values(commandSettings)];
  return readers.flatMap(({ descriptions }) => descriptions.map(({ name }) => name));
}

interface Hosting {
  readonly platform: ProcessContext;
  /** Holds the settings of everything that this process hosts. */
  readonly config: object;
  /** Which lane goes first, over all of its stages. */
  readonly precedence: Precedence;
  readonly onCrash: (error: unknown) => void;
}

async function hostedOf(name: string, { platform, config, precedence, onCrash }: Hosting): Promise<HostedService> {
  if (isServerName(name)) return hostableServers[name].assemble(platform, config);
  const runnable = await hostableStages[name as Stage].assemble(platform, config);
  const shell = new Shell({
    runnable,
    log: platform.log(),
    codec: platform.codec(),
    clock: platform.clock,
    random: Math.random,
    telemetry: platform.telemetry,
    prefix: platform.prefix,
    owner: platform.owner,
    fuses: createFuseTopic({ log: platform.log(), codec: platform.codec(), prefix: platform.prefix }),
    precedence,
    onCrash,
  });
  return { name, start: () => shell.start(), stop: (deadlineMs) => shell.stop(deadlineMs), state: () => shell.state() };
}
