/**
 * `make dev`: everything in one process on the checkout's stack, started again when its code changes; changed templates are
 * published, and running processes read them within five seconds. Ctrl-C ends the process and leaves the stack up.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { join } from "node:path";
import { devActionForAll } from "./dev-changes.ts";

const comms = join("bin", "comms");
const watched = ["catalog", "cli", "gateway", "processors", "shared"];
/** An editor writes one save in several steps; what changes within this time counts as one, ms. */
const quietMs = 250;
const logFile = ".carillon/logs/dev.ndjson";

let processes: ChildProcess | undefined;
let isStopping = false;
let queue = Promise.resolve();
const changed = new Set<string>();
let timer: NodeJS.Timeout | undefined;

await mustSucceed("bin/node", ["stack/main.ts", "up"]);
await mustSucceed(comms, ["prepare", "--replace"]);
start();
await run("bin/node", ["stack/main.ts", "status"]);
say("a key of the HTTP API for a day:");
await run(comms, ["key", "create", "--name", "dev", "--expires", "24h", "--reason", "make dev"]);
say(`lines of all processes: ${logFile}; edit code or templates, end with Ctrl-C`);
for (const folder of watched) watch(folder, { recursive: true }, (_, file) => file && note(join(folder, file)));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());

function note(path: string): void {
  changed.add(path);
  clearTimeout(timer);
  timer = setTimeout(() => {
    queue = queue.then(apply);
  }, quietMs);
}

/** Does what the changed files ask. A failed step is reported and waits for the next change. */
async function apply(): Promise<void> {
  const paths = [...changed];
  changed.clear();
  const action = devActionForAll(paths);
  if (action === "none" || isStopping) return;
  say(`${paths.length === 1 ? paths[0] : `${paths.length} files`} changed: ${action}`);
  const isPublished = (await run(comms, ["prepare", "--replace"])) === 0;
  if (!isPublished || action === "publish") return;
  await end();
  start();
}

function start(): void {
  const began = Date.now();
  const child = spawn(comms, ["run", "all"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, COMMS_LOG_FILE: logFile },
  });
  processes = child;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    process.stderr.write(text);
    if (!/^ready: /m.test(text)) return;
    say(`started in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  });
  child.once("exit", (code) => {
    if (processes !== child || isStopping) return;
    processes = undefined;
    say(`the processes ended with ${code}; they start again at the next change`);
  });
}

async function end(): Promise<void> {
  const child = processes;
  processes = undefined;
  if (child === undefined || child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function stop(): Promise<void> {
  isStopping = true;
  await end();
  say("stopped; the stack still runs, and 'make down' ends it");
  process.exit(0);
}

async function run(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

async function mustSucceed(program: string, args: readonly string[]): Promise<void> {
  const code = await run(program, args);
  if (code !== 0) process.exit(code);
}

function say(line: string): void {
  process.stderr.write(`dev  ${line}\n`);
}
