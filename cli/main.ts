import { parseArgs } from "node:util";
import { exit, type Invocation } from "./command.ts";
import { commands } from "./commands.ts";
import { failureOf } from "./failure.ts";

async function main(argv: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = argv;
  if (name === "help" || name === "--help") {
    process.stdout.write(usage());
    return exit.done;
  }
  const command = commands.find((one) => one.name === name);
  if (!command) {
    process.stderr.write(`There is no command '${name}'.\n\n${usage()}`);
    return exit.usage;
  }
  if (rest.includes("--help")) {
    process.stdout.write(`Usage: comms ${command.usage}\n${command.summary}.\n`);
    return exit.done;
  }
  try {
    const { positionals, values } = parseArgs({ args: [...rest], options: command.flags, allowPositionals: true });
    return await command.run({ args: positionals, flags: values as Invocation["flags"] });
  } catch (error) {
    const { text, code } = failureOf(error, command.usage);
    process.stderr.write(text);
    return code;
  }
}

function usage(): string {
  const lines = commands.map((command) => `  comms ${command.usage}\n      ${command.summary}`);
  return `Carillon: who is notified, on which channel, in which words, at which hour.\n\n${lines.join("\n")}\n`;
}

// `comms why … | head` closes the pipe before everything is written; that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? exit.done : exit.failed),
);
// The reader may close the pipe first. A failed write must neither end the command nor cause another write.
process.stderr.on("error", () => {});
process.exitCode = await main(process.argv.slice(2));
