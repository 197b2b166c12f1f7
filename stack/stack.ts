import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Addresses } from "#shared/platform/config/addresses.ts";
import { addressesOf } from "./addresses.ts";
import { chooseMode, chooseSecurity, circumstances } from "./choose.ts";
import { dockerEngine } from "./docker.ts";
import { type Engine, type PartName, type PartStatus, partNames } from "./engine.ts";
import { writeJson } from "./json-file.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { withLock } from "./lock.ts";
import { nativeEngine } from "./native.ts";
import { assertPaired } from "./pairing.ts";
import { choosePorts, keptPorts, type Ports, portsFrom } from "./ports.ts";
import { refusal } from "./refusal.ts";
import { startServices, stopServices } from "./service-run.ts";
import { stackFileOf } from "./settings.ts";
import type { Say } from "./supervisor.ts";

export interface StackOptions {
  /** The folder whose `.carillon` holds the stack: a checkout, or a test's own folder. */
  readonly root: string;
  /** Where the servers' binaries are kept. */
  readonly cache: string;
  /** By default chosen by what is there. */
  readonly mode?: Addresses["mode"] | undefined;
  /** TLS, passwords and ACLs on every server; by default as it stands, else not. Native alone. */
  readonly secure?: boolean | undefined;
  /** The first of ten ports; by default chosen and kept. */
  readonly portBase?: number | undefined;
  /** Default `java`. */
  readonly java?: string | undefined;
  /** Default `mvn`. */
  readonly maven?: string | undefined;
  /** Called with progress, a line at a time. */
  readonly say?: Say | undefined;
}

/** The present state of the stack. */
export interface StackStatus {
  /** `part`: some parts run or answer, and some do not. */
  readonly state: "up" | "part" | "down";
  readonly parts: readonly PartStatus[];
  /** The addresses that the parts have or would have; `undefined` if the stack was never started. */
  readonly addresses: Addresses | undefined;
}

const lockWaitMs = 300_000;

/**
 * Starts what does not run yet, and resolves once every part answers. Safe to call while the stack runs, or while
 * another process starts it. A start that fails ends what it began. Rejects with a `STACK_…` AppError whose message says
 * what to do.
 */
export async function startStack(options: StackOptions): Promise<Addresses> {
  const stack = resolveOptions(options);
  return locked(stack, async () => {
    const engine = await engineOf(options, stack, await portsToStart(options, stack.layout));
    const before = await engine.running();
    if (before.length === partNames.length) stack.say("the stack runs already");
    try {
      return await bringUp(engine, stack);
    } catch (error) {
      await undo(engine, stack, before);
      throw error;
    }
  });
}

/** Ends every part; leaves the data and the choice of ports as they are. Does nothing if nothing runs. */
export async function stopStack(options: StackOptions): Promise<void> {
  const stack = resolveOptions(options);
  await locked(stack, () => takeDown(options, stack));
}

/** Ends every part and removes the data. Cannot be undone. */
export async function cleanStack(options: StackOptions): Promise<void> {
  const stack = resolveOptions(options);
  await locked(stack, async () => {
    const engine = await takeDown(options, stack);
    await engine?.clean();
    await Promise.all(
      [stack.layout.data, stack.layout.logs].map((folder) => rm(folder, { recursive: true, force: true })),
    );
  });
}

/** What each part is doing now. Starts nothing, changes nothing. */
export async function stackStatus(options: StackOptions): Promise<StackStatus> {
  const stack = resolveOptions(options);
  const ports = await keptPorts(stack.layout.portsFile);
  if (ports === undefined) return { state: "down", parts: [], addresses: undefined };
  const engine = await engineOf(options, stack, ports);
  const parts = await engine.status();
  return { state: stateOf(parts), parts, addresses: addressesIn(engine, stack.layout, ports) };
}

/**
 * Sends a signal to one part, as a crash would; resolves once it is gone, for signals that end a process. For tests of
 * what happens then: `startPart` brings it back.
 */
export async function killPart(options: StackOptions, name: PartName, signal: NodeJS.Signals): Promise<void> {
  const stack = resolveOptions(options);
  const engine = await standingEngine(options, stack);
  if (!(await engine.kill(name, signal))) throw refusal("STACK_DOWN", `${name} does not run: start it with 'make up'.`);
}

/** Starts one part again, and resolves once it answers. */
export async function startPart(options: StackOptions, name: PartName): Promise<void> {
  const stack = resolveOptions(options);
  await locked(stack, async () => {
    const engine = await standingEngine(options, stack);
    await engine.start([name]);
    if (name === "registry") await assertRegistry(engine, stack);
  });
}

interface StackContext {
  readonly layout: Layout;
  readonly say: Say;
}

function resolveOptions(options: StackOptions): StackContext {
  return { layout: layoutOf(options.root, options.cache), say: options.say ?? (() => {}) };
}

function locked<T>({ layout, say }: StackContext, work: () => Promise<T>): Promise<T> {
  return withLock(layout.lockFile, { waitMs: lockWaitMs, say }, work);
}

async function bringUp(engine: Engine, stack: StackContext): Promise<Addresses> {
  const { layout } = stack;
  await engine.start(partNames);
  await assertRegistry(engine, stack);
  await mkdir(layout.artifacts, { recursive: true });
  await mkdir(dirname(layout.ledgerFile), { recursive: true });
  const addresses = addressesIn(engine, layout, await keptPortsOf(layout));
  // The services and Carillon read it.
  await writeJson(layout.stackFile, await stackFileOf(layout, addresses));
  await startServices({ layout, addresses }, stack.say);
  return addresses;
}

/** Ends what a failed start began, and leaves what ran before. */
async function undo(engine: Engine, { layout, say }: StackContext, before: readonly string[]): Promise<void> {
  if (before.length === 0) {
    await stopServices({ layout, addresses: addressesIn(engine, layout, await keptPortsOf(layout)) }, say);
    await rm(layout.stackFile, { force: true });
  }
  await engine.stop(partNames.filter((name) => !before.includes(name)));
}

async function takeDown(options: StackOptions, stack: StackContext): Promise<Engine | undefined> {
  const { layout } = stack;
  const ports = await keptPorts(layout.portsFile);
  if (ports === undefined) return undefined;
  await stopServices({ layout, addresses: addressesOf("native", layout, ports) }, stack.say);
  const engine = await engineOf(options, stack, ports);
  await engine.stop(partNames);
  await Promise.all([layout.processesFile, layout.stackFile].map((file) => rm(file, { force: true })));
  return engine;
}

async function assertRegistry(engine: Engine, { layout }: StackContext): Promise<void> {
  const { registry, secure } = addressesIn(engine, layout, await keptPortsOf(layout));
  const ca = secure && (await readFile(secure.ca, "utf8"));
  await assertPaired({
    registryUrl: registry.url,
    ca,
    pairingFile: engine.pairingFile,
    logHoldsRecords: engine.logHoldsRecords,
  });
}

function addressesIn({ mode, isSecure }: Engine, layout: Layout, ports: Ports): Addresses {
  return addressesOf(mode, layout, { ports, isSecure });
}

async function engineOf(options: StackOptions, { layout, say }: StackContext, ports: Ports): Promise<Engine> {
  const mode = await chooseMode(await circumstances(layout, options.mode));
  const isSecure = await chooseSecurity(layout, { asked: options.secure, mode });
  if (mode === "docker") return dockerEngine({ layout, ports, say });
  return nativeEngine({ layout, ports, say, isSecure, java: options.java ?? "java", maven: options.maven ?? "mvn" });
}

async function standingEngine(options: StackOptions, stack: StackContext): Promise<Engine> {
  return engineOf(options, stack, await keptPortsOf(stack.layout));
}

async function keptPortsOf(layout: Layout): Promise<Ports> {
  const ports = await keptPorts(layout.portsFile);
  if (ports === undefined) throw refusal("STACK_DOWN", "The stack was never started here: start it with 'make up'.");
  return ports;
}

/** The ports to start on. A requested base counts only while the stack runs on no other ports. */
async function portsToStart(options: StackOptions, layout: Layout): Promise<Ports> {
  const kept = await keptPorts(layout.portsFile);
  const asked = options.portBase === undefined ? undefined : portsFrom(options.portBase);
  if (kept !== undefined && asked !== undefined && asked.kafka !== kept.kafka) {
    const running = await (await engineOf(options, { layout, say: () => {} }, kept)).running();
    if (running.length > 0) {
      throw refusal(
        "STACK_RUNNING",
        `The stack runs on ports from ${kept.kafka} and COMMS_STACK_PORT_BASE says ${asked.kafka}: 'make down' first, then 'make up'.`,
      );
    }
  }
  return choosePorts(layout.portsFile, layout.root, options.portBase);
}

function stateOf(parts: readonly PartStatus[]): StackStatus["state"] {
  if (parts.every((part) => part.state === "ready")) return "up";
  return parts.every((part) => part.state === "stopped") ? "down" : "part";
}
