import { spawnSync } from "node:child_process";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { stackOptionsFrom } from "#stack/options.ts";
import { stopStack } from "#stack/stack.ts";
import { figure, heading } from "./figures.ts";

/** The demo, warm, as a newcomer runs it the second time: servers fetched, nothing running. */
export async function benchDemo(): Promise<void> {
  heading("make demo ONCE=1, warm, from a stopped stack");
  await stopStack(stackOptionsFrom(readStackConfig(), () => {}));
  const began = Date.now();
  const run = spawnSync(process.execPath, ["cli/main.ts", "demo", "--once"], { encoding: "utf8" });
  const summary = JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "{}") as {
    readonly seconds_to_first_delivery?: number;
  };
  figure("seconds to the first delivered message", `${summary.seconds_to_first_delivery} s (bound: 30 s)`);
  figure("the whole demo", `${((Date.now() - began) / 1000).toFixed(1)} s, exit code ${run.status}`);
  figure("summary", JSON.stringify(summary));
}
