import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { environmentWith } from "#shared/platform/config/environment.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A process of ours that the demo or a test started. */
export interface Child {
  readonly pid: number;
  /** The address of its health and metrics. */
  readonly healthUrl: string;
  /** Stops it, with SIGKILL after `deadlineMs`. Resolves with its exit code. */
  stop(deadlineMs?: number): Promise<number | null>;
  /** Ends it with SIGKILL, as a crash would. */
  kill(): Promise<void>;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly startMs?: number;
  /** Default true. False: resolves once its probes answer, whatever they say. */
  readonly untilReady?: boolean;
  /** Ends the start: the child is killed and the call rejects. Has no effect once the child is ready. */
  readonly signal?: AbortSignal;
  /** Called with every line on stderr. */
  readonly onLine?: (line: string) => void;
}

/** Starts `comms run …` and resolves once every stage in it is ready. Rejects with the end of its output if it ends first. */
export async function startStages(names: readonly string[], options: ChildOptions = {}): Promise<Child> {
  const child = spawn(`${root}bin/comms`, ["run", ...names], {
    cwd: root,
    env: environmentWith(options.env),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const output: string[] = [];
  const url = Promise.withResolvers<string>();
  let rest = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      output.push(line);
      options.onLine?.(line);
      const found = /health and metrics at (\S+)/.exec(line)?.[1];
      if (found) url.resolve(found);
    }
  });
  const ended = exited.then((code) => {
    throw new AppError(
      "STAGES_ENDED",
      `comms run ${names.join(" ")} ended with ${code}:\n${output.slice(-20).join("\n")}`,
      { retryable: false },
    );
  });
  ended.catch(() => undefined);
  const abort = () => child.kill("SIGKILL");
  options.signal?.addEventListener("abort", abort, { once: true });
  if (options.signal?.aborted) abort();
  try {
    const healthUrl = await Promise.race([url.promise, ended]);
    if (options.untilReady !== false) await Promise.race([untilReady(healthUrl, options.startMs ?? 60_000), ended]);
    return handle(child, healthUrl, exited);
  } catch (error) {
    // No caller holds the child yet.
    child.kill("SIGKILL");
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", abort);
  }
}

function handle(child: ChildProcess, healthUrl: string, exited: Promise<number | null>): Child {
  return {
    pid: child.pid ?? 0,
    healthUrl,
    stop: async (deadlineMs = 25_000) => {
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
      const code = await exited;
      clearTimeout(force);
      return code;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function untilReady(url: string, ms: number): Promise<void> {
  const end = Date.now() + ms;
  let why = "it does not answer";
  while (Date.now() < end) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    why = (await answer?.text()) ?? why;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new AppError("STAGES_UNREADY", `Not ready after ${ms} ms: ${why}`, { retryable: false });
}
