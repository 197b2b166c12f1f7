import type { Redis } from "ioredis";

/** Commands so far. */
export interface RedisCommands {
  /** Those that clients sent, a script counted as one. */
  readonly fromClients: number;
  /** Those that scripts called. */
  readonly inScripts: number;
}

const scriptCalls = new Set(["eval", "evalsha", "eval_ro", "evalsha_ro", "fcall", "fcall_ro"]);

/** The commands that a server has done so far by its own count, by name: what scripts call is in it like what clients send. */
export async function commandCounts(client: Redis): Promise<ReadonlyMap<string, number>> {
  const text = await client.info("commandstats");
  const lines = text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  return new Map([...lines].map(([, name = "", calls]) => [name, Number(calls)]));
}

/** What came between two counts; `insideEach` commands inside each script. What the counting itself sends is left out. */
export function commandsBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  insideEach: number,
): RedisCommands {
  const grown = [...after].map(([name, calls]) => [name, calls - (before.get(name) ?? 0)] as const);
  const sum = (of: (name: string) => boolean) =>
    grown.filter(([name]) => of(name)).reduce((total, [, calls]) => total + calls, 0);
  const scripts = sum((name) => scriptCalls.has(name));
  const inScripts = Math.round(scripts * insideEach);
  return { fromClients: sum((name) => name !== "info" && name !== "monitor") - inScripts, inScripts };
}

/** A look at each command as it comes. It costs the server more than the commands do: not for a measured run. */
export interface ScriptWatch {
  /** How many commands a script calls, on average. */
  insideEach(): number;
  close(): void;
}

/** Counts scripts and the commands in them by Redis's MONITOR, which tells the two apart as `commandstats` does not. */
export async function watchScripts(client: Redis): Promise<ScriptWatch> {
  const monitor = await client.monitor();
  let scripts = 0;
  let inside = 0;
  monitor.on("monitor", (_time: string, [name = ""]: readonly string[], source: string) => {
    if (source === "lua") inside++;
    else if (scriptCalls.has(name.toLowerCase())) scripts++;
  });
  return {
    insideEach: () => (scripts === 0 ? 0 : inside / scripts),
    close: () => monitor.disconnect(),
  };
}
