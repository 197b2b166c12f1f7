import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { environmentWith } from "#shared/platform/config/environment.ts";
import type { SimulatorOptions } from "#simulator/options.ts";
import type { Simulator } from "#simulator/simulator.ts";

const program = fileURLToPath(new URL("../../../simulator/main.ts", import.meta.url));

/** The providers' double in some process. */
export interface SimulatorProcess extends Pick<Simulator, "url" | "ledgerPath" | "close"> {
  readonly pid: number;
}

/** Starts the double in a process of its own. Rejects if it ends before it has said where it listens. */
export async function startSimulatorProcess({
  ledgerPath,
  callbackBase,
  snsKeyBits,
}: Pick<SimulatorOptions, "ledgerPath" | "callbackBase" | "snsKeyBits">): Promise<SimulatorProcess> {
  const gateway = callbackBase === undefined ? [] : ["--gateway", callbackBase];
  const keyBits = snsKeyBits === undefined ? [] : ["--sns-key-bits", String(snsKeyBits)];
  return { ...(await startProgram(program, ["--ledger", ledgerPath, ...gateway, ...keyBits])), ledgerPath };
}

/** A program of the tests' own that listens. */
export type ListeningProgram = Pick<SimulatorProcess, "url" | "pid" | "close">;

/** Starts a program that prints `{"url": …}` as its first line once it listens, and ends on SIGTERM. */
export async function startProgram(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ListeningProgram> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: environmentWith(env),
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const lines = createInterface({ input: child.stdout });
  const ended = exited.then(() => Promise.reject(new Error(`${file} ended before it listened`)));
  ended.catch(() => undefined);
  const first = await Promise.race([new Promise<string>((resolve) => lines.once("line", resolve)), ended]);
  const { url } = JSON.parse(first) as { readonly url: string };
  return {
    url,
    pid: child.pid ?? 0,
    close: async () => {
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await exited;
      clearTimeout(force);
    },
  };
}
