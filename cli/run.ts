import { setTimeout as sleep } from "node:timers/promises";
import { type Stage, stages } from "#shared/contracts/topics.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { startHealthServer } from "#shared/platform/http/health-server.ts";
import { errorText, redactedError } from "#shared/platform/telemetry/redacted-error.ts";
import { Host, type HostedService } from "#shared/runtime/process/host.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { Shell } from "#shared/runtime/shell/shell.ts";
import { type CliCommand, exit } from "./command.ts";

type Assemble = (platform: ProcessContext) => Promise<Runnable>;

/** The module that assembles each processor. It is loaded only when it is hosted: a router never loads the Twilio client. */
const processors: Readonly<Record<Stage, () => Promise<{ readonly assemble: Assemble }>>> = {
  intake: () => import("#processors/intake/main.ts"),
  router: () => import("#processors/router/main.ts"),
  renderer: () => import("#processors/renderer/main.ts"),
  "email-sender": () => import("#processors/email-sender/main.ts"),
  "push-sender": () => import("#processors/push-sender/main.ts"),
  "sms-sender": () => import("#processors/sms-sender/main.ts"),
  "inapp-sender": () => import("#processors/inapp-sender/main.ts"),
  feedback: () => import("#processors/feedback/main.ts"),
  digest: () => import("#processors/digest/main.ts"),
  scheduler: () => import("#processors/scheduler/main.ts"),
  materializer: () => import("#processors/materializer/main.ts"),
  projector: () => import("#processors/projector/main.ts"),
};

const hostable = [...stages, "gateway"] as const;

/** `comms run`: one processor or several in this process, or all of them and the gateway. */
export const run: CliCommand = {
  name: "run",
  usage: "run <processor…|all>",
  summary: "Run one processor, several, or all of them and the gateway",
  flags: {},
  run: async ({ args }) => {
    const names = args.includes("all") ? hostable : args;
    const unknown = names.filter((name) => !hostable.some((one) => one === name));
    if (names.length === 0 || unknown.length > 0) {
      const reason = unknown.length > 0 ? `There is no processor '${unknown.join("', '")}'. ` : "";
      process.stderr.write(`${reason}Name one or more of: ${hostable.join(", ")}, or all.\n`);
      return exit.usage;
    }
    return host(names);
  },
};

async function host(names: readonly string[]): Promise<number> {
  const config = readConfig();
  const platform = createProcessContext(config, { name: names.length === 1 ? (names[0] as string) : "all" });
  const ended = Promise.withResolvers<number>();
  const crash = (error: unknown): void => {
    process.stderr.write(`${redactedError(error).message ?? errorText(error)}\n`);
    ended.resolve(exit.failed);
  };
  // Node would print an error with every property that a driver set on it.
  process.on("uncaughtException", crash);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => ended.resolve(exit.done));
  try {
    await platform.warm();
    const hosted = await Promise.all(names.map((name) => hostedOf(name, platform, crash)));
    const running = new Host(hosted, platform.telemetry.metrics);
    const server = await startHealthServer({
      host: config.COMMS_HTTP_HOST,
      port: config.COMMS_HTTP_PORT,
      health: running.health,
    });
    process.stderr.write(`health and metrics at ${server.url}\n`);
    await Promise.race([running.start().catch(crash), ended.promise]);
    const code = await ended.promise;
    await running.stop(code === exit.done ? config.COMMS_SHUTDOWN_SECONDS * 1000 : 1_000);
    await server.close();
    return code;
  } finally {
    await Promise.race([platform.close(), sleep(10_000, undefined, { ref: false })]);
    // kafkajs may keep a socket's timer alive after it has disconnected.
    setTimeout(() => process.exit(), 2_000).unref();
  }
}

async function hostedOf(
  name: string,
  platform: ProcessContext,
  onCrash: (error: unknown) => void,
): Promise<HostedService> {
  if (name === "gateway") {
    const { assemble } = await import("#gateway/main.ts");
    return assemble(platform);
  }
  const { assemble } = await processors[name as Stage]();
  const runnable = await assemble(platform);
  const shell = new Shell({
    runnable,
    log: platform.log(),
    codec: platform.codec(),
    clock: platform.clock,
    random: Math.random,
    telemetry: platform.telemetry,
    prefix: platform.prefix,
    onCrash,
  });
  return { name, start: () => shell.start(), stop: (deadlineMs) => shell.stop(deadlineMs), state: () => shell.state() };
}
