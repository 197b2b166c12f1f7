import { flagKindOf } from "#shared/domain/policy/flag-names.ts";
import { adminFlags, callAdmin, hasFormat, textFlag } from "./admin-api.ts";
import { type CliCommand, exit, type Invocation } from "./command.ts";
import { hasGoodTime, setFlagNamed } from "./flag.ts";

const usageOfTarget = "channel|provider|template|stage NAME | tenant";

/** `comms pause`: lets what was not sent yet wait, by the flag of the channel, provider, template, stage or tenant. */
export const pauseCommand: CliCommand = {
  name: "pause",
  usage: `pause ${usageOfTarget} --reason "…" [--for 2h] [--tenant T] [--format text|json]`,
  summary: "Let messages wait until they are resumed",
  flags: { ...adminFlags, reason: { type: "string" }, for: { type: "string" } },
  accepts: (invocation) => hasGoodTime(invocation) && takes(invocation),
  run: async (invocation) => {
    const name = flagOf(invocation);
    if (name === undefined || pauseCommand.accepts?.(invocation) !== true) return refuse(pauseCommand);
    return setFlagNamed(invocation, { name, value: true });
  },
};

/** `comms resume`: ends a pause; what waits goes on at once. */
export const resumeCommand: CliCommand = {
  name: "resume",
  usage: `resume ${usageOfTarget} --reason "…" [--tenant T] [--format text|json]`,
  summary: "End a pause; what waits goes on at once",
  flags: { ...adminFlags, reason: { type: "string" } },
  accepts: takes,
  run: async (invocation) => {
    const name = flagOf(invocation);
    if (name === undefined || resumeCommand.accepts?.(invocation) !== true) return refuse(resumeCommand);
    const call = {
      method: "DELETE",
      path: `flags/${encodeURIComponent(name)}`,
      body: { reason: textFlag(invocation, "reason") },
      tenant: textFlag(invocation, "tenant"),
    } as const;
    return callAdmin(invocation, call, () => `${invocation.args.join(" ")} goes on.\n`);
  },
};

function takes(invocation: Invocation): boolean {
  return (
    hasFormat(invocation.flags) && flagOf(invocation) !== undefined && textFlag(invocation, "reason") !== undefined
  );
}

/** The flag that pauses what the arguments name; undefined where they name nothing that can be paused. */
function flagOf({ args }: Invocation): string | undefined {
  const name = ["comms.pause", ...args].join(".");
  return args.length <= 2 && flagKindOf(name)?.effect === "keep" ? name : undefined;
}

function refuse(command: CliCommand): number {
  process.stderr.write(`Usage: comms ${command.usage}\nThe --reason is audited.\n`);
  return exit.usage;
}
