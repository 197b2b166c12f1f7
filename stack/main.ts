import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { stackOptionsFrom } from "./options.ts";
import { isStackRefusal } from "./refusal.ts";
import { runProcesses, runProcessRows } from "./run-processes.ts";
import { cleanStack, type StackOptions, stackStatus, startStack, stopStack } from "./stack.ts";
import { answeringAmong, statusRows, tableOf } from "./status-table.ts";

const usage = "Usage: bin/node stack/main.ts up|down|status|clean";

const commands: Readonly<Record<string, (options: StackOptions) => Promise<void>>> = {
  up: async (options) => {
    const began = performance.now();
    await startStack(options);
    say(
      `the stack is up after ${((performance.now() - began) / 1000).toFixed(1)} s; 'make status' shows its addresses`,
    );
  },
  down: stopStack,
  clean: cleanStack,
  status: printStatus,
};

async function printStatus(options: StackOptions): Promise<void> {
  const { state, parts, addresses } = await stackStatus(options);
  if (addresses === undefined) return say("The stack was never started here: start it with 'make up'.");
  const { gateway, simulator } = addresses;
  const answering = await answeringAmong([gateway.url, simulator.url, simulator.smtp]);
  const running = runProcessRows(runProcesses(options.root));
  process.stdout.write(tableOf([...statusRows(parts, addresses, answering), ...running], Date.now()));
  say(`the stack is ${state === "part" ? "partly up" : state} (${addresses.mode})`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Exit codes: 0 done, 2 usage, 3 the machine lacks something, and a sentence on stderr says what. */
async function main(name: string): Promise<number> {
  const command = commands[name];
  if (command === undefined) {
    say(usage);
    return 2;
  }
  try {
    await command(stackOptionsFrom(readStackConfig(), say));
    return 0;
  } catch (error) {
    if (!isStackRefusal(error)) throw error;
    say(error.message);
    return 3;
  }
}

process.exitCode = await main(process.argv[2] ?? "");
