import { parseArgs } from "node:util";
import { codeOf } from "#shared/errors/trouble.ts";
import { exit, type Invocation } from "./command.ts";
import { commands } from "./commands.ts";

/** sysexits.h: the configuration does not hold together. */
const exConfig = 78;

/** Codes of failures that no repetition mends before somebody has done something. */
const preconditions =
  /^(STACK_|JAVA_|PORT_|DISK_|SCHEMA_NOT_REGISTERED|REGISTRY_|TOPIC_PARTITIONS|KAFKA_UNKNOWN_TOPIC)/;

async function main(words: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = words;
  if (name === "help" || name === "--help") {
    process.stdout.write(usage());
    return exit.done;
  }
  const command = commands.find((one) => one.name === name);
  if (!command) {
    process.stderr.write(`There is no command '${name}'.\n\n${usage()}`);
    return exit.usage;
  }
  try {
    const { positionals, values } = parseArgs({ args: [...rest], options: command.flags, allowPositionals: true });
    return await command.run({ args: positionals, flags: values as Invocation["flags"] });
  } catch (error) {
    return failure(error, command.usage);
  }
}

function failure(error: unknown, usageLine: string): number {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code.startsWith("ERR_PARSE_ARGS")) {
    process.stderr.write(`${message}\nUsage: comms ${usageLine}\n`);
    return exit.usage;
  }
  process.stderr.write(`${code === "unknown" && error instanceof Error ? (error.stack ?? message) : message}\n`);
  if (code === "CONFIG_INVALID") return exConfig;
  return preconditions.test(code) ? exit.precondition : exit.failed;
}

function usage(): string {
  const width = Math.max(...commands.map((command) => command.usage.length));
  const lines = commands.map((command) => `  comms ${command.usage.padEnd(width)}  ${command.summary}`);
  return `Carillon: who hears of it, on which channel, in which words, at which hour.\n\n${lines.join("\n")}\n`;
}

// `comms why … | head` closes the pipe before all is said; that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? exit.done : exit.failed),
);
process.exitCode = await main(process.argv.slice(2));
