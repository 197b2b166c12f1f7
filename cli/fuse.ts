import type { Fuse } from "#shared/contracts/records.ts";
import { stages } from "#shared/contracts/topics.ts";
import { appendAudit } from "#shared/control/audit/append-audit.ts";
import { liftFuse } from "#shared/control/fuses/lift-fuse.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { createFuseTopic, type FuseStore } from "#shared/runtime/fuses/fuse-store.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import { actorOf } from "./actor.ts";
import { type CliCommand, exit, type Invocation } from "./command.ts";
import { fuseSettings } from "./command-settings.ts";
import { alignedTable } from "./table.ts";

/** `comms fuse`: shows the dead-letter fuses, and lifts one once its cause is mended. */
export const fuse: CliCommand = {
  name: "fuse",
  usage: 'fuse list | status | lift STAGE --reason "what was mended" [--by NAME]',
  summary: "Show the dead-letter fuses of all stages, or lift one",
  flags: { reason: { type: "string" }, by: { type: "string" } },
  accepts: ({ args: [verb = "list", stage = ""], flags }) =>
    verb === "lift"
      ? (stages as readonly string[]).includes(stage) && reasonOf(flags) !== ""
      : ["list", "status"].includes(verb),
  run: async (invocation) => {
    const { args, flags } = invocation;
    const [verb = "list", stage = ""] = args;
    const isLift = verb === "lift";
    const reason = reasonOf(flags);
    if (fuse.accepts?.(invocation) !== true) {
      process.stderr.write(
        `Usage: comms ${fuse.usage}\nA lift names one of: ${stages.join(", ")}, and the reason, which is audited.\n`,
      );
      return exit.usage;
    }
    const platform = createProcessContext(readConfig(fuseSettings), { name: "fuse" });
    try {
      await platform.warm();
      const store = createFuseTopic({ log: platform.log(), codec: platform.codec(), prefix: platform.prefix });
      if (isLift) return await lift(platform, store, { stage, reason, actor: actorOf(flags["by"]) });
      return await list(store);
    } finally {
      await platform.close();
    }
  },
};

function reasonOf({ reason }: Invocation["flags"]): string {
  return typeof reason === "string" ? reason.trim() : "";
}

/** Prints a line a stage; the exit code says whether one is blown. */
async function list(store: FuseStore): Promise<number> {
  const fuses = await store.read();
  const rows = stages.map((stage) => rowOf(stage, fuses.get(stage)));
  process.stdout.write(alignedTable([["STAGE", "FUSE", "SINCE", "BY", "CAUSE"], ...rows]));
  return [...fuses.values()].some(({ state }) => state === "BLOWN") ? exit.failed : exit.done;
}

function rowOf(stage: string, stored: Fuse | undefined): readonly string[] {
  if (stored === undefined) return [stage, "whole", "-", "-", "-"];
  const { state, changed_at, changed_by, cause } = stored;
  return [stage, state === "BLOWN" ? "blown" : "lifted", new Date(changed_at).toISOString(), changed_by, cause];
}

interface Lift {
  readonly stage: string;
  readonly reason: string;
  readonly actor: string;
}

async function lift(platform: ProcessContext, store: FuseStore, { stage, reason, actor }: Lift): Promise<number> {
  const blown = await liftFuse(
    { stage, actor, reason, now: platform.clock.now() },
    {
      read: () => store.read(),
      write: (lifted) => store.write(lifted),
      audit: (entry) => appendAudit(platform.postgres(), entry),
    },
  );
  if (blown === undefined) {
    process.stderr.write(`The fuse of ${stage} is not blown.\n`);
    return exit.precondition;
  }
  process.stderr.write(
    `The fuse of ${stage} is lifted; it blew at ${new Date(blown.changed_at).toISOString()}: ${blown.cause}. ` +
      `Its members take records again within 10 s. What was set aside lies on comms.${stage}.dlq.\n`,
  );
  return exit.done;
}
