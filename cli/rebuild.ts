import { rebuildableStatesOf, restorerOf } from "#processors/materializer/main.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { createProcessContext } from "#shared/runtime/process/process-context.ts";
import { type CliCommand, exit } from "./command.ts";
import { rebuildSettings } from "./command-settings.ts";

/** `comms rebuild`: rebuilds state in Redis from the log, by name or all of it. Senders wait meanwhile. */
export const rebuild: CliCommand = {
  name: "rebuild",
  usage: "rebuild [view…]",
  summary: "Rebuild the views in Redis from the log",
  flags: {},
  run: async ({ args }) => {
    const platform = createProcessContext(readConfig(rebuildSettings), { name: "rebuild" });
    try {
      const known = rebuildableStatesOf(platform).map(({ name }) => name);
      const unknown = args.filter((name) => !known.includes(name));
      if (unknown.length > 0) {
        process.stderr.write(`There is no view '${unknown.join("', '")}'. There are: ${known.join(", ")}\n`);
        return exit.usage;
      }
      await platform.warm();
      const restorations = await restorerOf(platform).rebuild(
        args.length > 0 ? args : known,
        AbortSignal.timeout(600_000),
      );
      for (const { name, result, records, elapsedMs } of restorations) {
        process.stdout.write(`${name}\t${result}\t${records} records\t${elapsedMs} ms\n`);
      }
      return restorations.some(({ result }) => result === "interrupted") ? exit.partial : exit.done;
    } finally {
      await platform.close();
    }
  },
};
