import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Addresses } from "#shared/platform/config/addresses.ts";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { type ClientPrincipal, clientEnvironment, shellLines } from "#stack/client-environment.ts";
import { stackOptionsFrom } from "#stack/options.ts";
import { stackStatus } from "#stack/stack.ts";
import { passwordFile } from "./acl.ts";
import { type CliCommand, exit, type Invocation } from "./command.ts";

/** `comms env`: the addresses of the local stack and the way in, for clients that are not ours. Starts nothing. */
export const env: CliCommand = {
  name: "env",
  usage: "env [--as PRINCIPAL] [--passwords DIR]",
  summary: 'Print where the local stack answers, for a shell: eval "$(bin/comms env)"',
  flags: { as: { type: "string" }, passwords: { type: "string" } },
  accepts: ({ args }) => args.length === 0,
  run: async ({ flags }) => {
    const { addresses, state } = await stackStatus(stackOptionsFrom(readStackConfig(), say));
    if (addresses === undefined) {
      say("The stack was never started here: start it with 'make up' or 'make demo'.");
      return exit.precondition;
    }
    const principal = principalOf(addresses, flags);
    if (principal !== undefined && !existsSync(principal.passwordFile)) {
      say(
        `${principal.passwordFile} is not there: 'bin/comms acl apply --passwords DIR' makes it, beside the stack in .carillon/secure/principals.`,
      );
      return exit.precondition;
    }
    if (state !== "up") say("The stack does not run, or not all of it: 'make up' starts it on these addresses.");
    process.stdout.write(shellLines(clientEnvironment(addresses, principal)));
    return exit.done;
  },
};

/** Undefined where none is asked for, or where the stack asks for no names. */
function principalOf({ secure }: Addresses, flags: Invocation["flags"]): ClientPrincipal | undefined {
  const name = flags["as"];
  if (secure === undefined || typeof name !== "string") return undefined;
  const folder = flags["passwords"];
  return { name, passwordFile: passwordFile(String(folder ?? join(secure.folder, "principals")), name) };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
