import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type ApiKeyTable, createApiKey } from "#shared/control/keys/api-keys.ts";
import { allScopes } from "#shared/domain/access/scope.ts";
import { environmentWith, readConfig } from "#shared/platform/config/environment.ts";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { Closers } from "#shared/runtime/process/closers.ts";
import { createProcessContext } from "#shared/runtime/process/process-context.ts";
import { apiKeyPeppersOf } from "#shared/runtime/process/rotation.ts";
import { stackOptionsFrom } from "#stack/options.ts";
import { startStack } from "#stack/stack.ts";
import { actorOf } from "../actor.ts";
import { type CliCommand, exit } from "../command.ts";
import { demoSettings } from "../command-settings.ts";
import { prepareAll } from "../prepare.ts";
import { startStages } from "./children.ts";
import { concludeDemo } from "./conclusion.ts";
import { createEventFactory } from "./event-factory.ts";
import { type Character, characters } from "./people.ts";
import { addPeople, keepTraffic, playScenario } from "./scenario.ts";
import { startWatch } from "./watch.ts";

/** `comms demo`: runs the whole product on real servers, against the providers' double. */
export const demo: CliCommand = {
  name: "demo",
  usage: "demo [--once]",
  summary: "Start everything, feed it events and show what becomes of them",
  flags: { once: { type: "boolean", default: false } },
  accepts: ({ args }) => args.length === 0,
  run: async ({ flags }) => {
    // Registered first: a demo that is ended while it starts must not leave half of it behind.
    const stopping = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
    const closers = new Closers();
    const shown = show(flags["once"] === true, closers, stopping.signal);
    const stopped = once(stopping.signal, "abort").then(() => exit.done);
    try {
      return await Promise.race([shown, stopped]);
    } finally {
      await closers.close(closeEachMs);
      setTimeout(() => process.exit(), 1_000).unref();
    }
  },
};

/** Longer than the processors take to drain. */
const closeEachMs = 30_000;

/** Runs the demo. Bounded, it ends with the summary and its exit code, otherwise with the signal. */
async function show(bounded: boolean, closers: Closers, signal: AbortSignal): Promise<number> {
  const began = Date.now();
  const say = (line: string): void =>
    void process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
  const addresses = await startStack(stackOptionsFrom(readStackConfig(), say));
  await refuseSecond(addresses.gateway.url);
  const config = readConfig(demoSettings, environmentWith({ COMMS_LOG_LEVEL: "silent" }));
  const platform = createProcessContext(config, { name: "demo" });
  closers.add("last word", () => say("the processors have stopped; the stack still runs, and 'make down' ends it"));
  closers.add("platform", () => platform.close());
  const options = { replicationFactor: config.COMMS_REPLICATION_FACTOR, replace: true };
  for (const line of await prepareAll(platform, options)) say(line);
  await startGroups(closers, signal);
  say("every processor is ready, in two processes");
  const run = randomBytes(3).toString("hex");
  const watch = await startWatch(platform, run, say);
  closers.add("watch", () => watch.close());
  const scenario = { platform, watch, people: characters(run, Date.now()) };
  await addPeople(scenario);
  await playScenario(scenario, createEventFactory(run));
  if (bounded) return concludeDemo(scenario, { ledger: addresses.simulator.ledger, began });
  const table = { pool: platform.postgres(), peppers: apiKeyPeppersOf(config) };
  const places = { mailbox: addresses.simulator.url, gateway: addresses.gateway.url, key: await demoKey(table) };
  process.stderr.write(box(places, scenario.people) + samples(places, scenario.people));
  await keepTraffic(scenario, createEventFactory(`${run}x`), signal);
  return exit.done;
}

/**
 * Starts a process for each group of processors: two use two cores, and what follows a message takes no CPU from its path. One
 * that fails ends the start of the other, which nobody would stop.
 */
async function startGroups(closers: Closers, signal: AbortSignal): Promise<void> {
  const failing = new AbortController();
  const start = async (group: string): Promise<void> => {
    const env = {
      COMMS_LOG_FILE: `.carillon/logs/${group}.ndjson`,
      COMMS_DIGEST_WINDOW_SECONDS: "10",
      // Two processes cannot listen at one port.
      COMMS_HTTP_PORT: "0",
    };
    const stages = await startStages([group], { env, signal: AbortSignal.any([signal, failing.signal]) });
    closers.add(group, () => stages.stop());
  };
  try {
    await Promise.all(["path", "sinks"].map(start));
  } catch (error) {
    failing.abort();
    throw error;
  }
}

/** Two demos would share groups, ports and the mailbox. */
async function refuseSecond(gatewayUrl: string): Promise<void> {
  const answer = await fetch(`${gatewayUrl}/openapi.json`).catch(() => undefined);
  if (answer === undefined) return;
  throw new AppError(
    "PORT_TAKEN",
    `A gateway answers at ${gatewayUrl} already, so a demo runs here: end it with Ctrl-C first`,
    {
      retryable: false,
    },
  );
}

/** A key for who tries the HTTP API. It is taken for a day. */
async function demoKey(table: ApiKeyTable): Promise<string> {
  const now = Date.now();
  const limits = { ratePerSecond: null, expiresAt: now + 86_400_000 };
  const grant = { tenantId: "default", name: "demo", scopes: allScopes, ...limits };
  return (await createApiKey(table, grant, { actor: actorOf(undefined), reason: "make demo", now })).text;
}

interface Places {
  readonly mailbox: string;
  readonly gateway: string;
  readonly key: string;
}

function box({ mailbox, gateway, key }: Places, people: readonly Character[]): string {
  const lines = [
    `Mailbox and phone   ${mailbox}/`,
    `HTTP API            ${gateway}/openapi.json`,
    `Its key, for a day  ${key}`,
    `Ask why             bin/comms why --user ${people[2]?.userId}`,
    `Break the provider  press a fault on the mailbox page, and recover it there`,
    `All addresses       make status`,
    `Stop                Ctrl-C, then make down`,
  ];
  const width = Math.max(...lines.map((line) => line.length));
  const rule = "─".repeat(width + 2);
  return `\n┌${rule}┐\n${lines.map((line) => `│ ${line.padEnd(width)} │`).join("\n")}\n└${rule}┘\n\n`;
}

/** Commands that work as they stand, in a shell beside the demo. */
function samples({ gateway, key }: Places, people: readonly Character[]): string {
  const payload = { request_id: "req_by_hand", code: "402913", minutes_valid: 10 };
  const actors = [{ role: "user", user_id: people[0]?.userId }];
  const cause_ref = `by-hand-${people[0]?.userId}`;
  const event = JSON.stringify({ name: "security.code_requested", cause_ref, actors, payload });
  return [
    "Send a code by hand, and see what became of it:",
    `  auth='authorization: Bearer ${key}'`,
    `  curl ${gateway}/v1/events -H "$auth" -H 'content-type: application/json' -d '${event}'`,
    `  curl "${gateway}/v1/messages?cause_ref=${cause_ref}" -H "$auth"`,
    "",
    "",
  ].join("\n");
}
