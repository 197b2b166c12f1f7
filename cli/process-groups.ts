import { type Stage, stages } from "#shared/contracts/topics.ts";

/** What `comms run` hosts: a processor, the gateway, or the admin API. */
export type HostableName = Stage | "gateway" | "admin";

/** Every name, in the order in which `comms run` lists them. */
const hostableNames: readonly HostableName[] = [...stages, "gateway", "admin"];

/** What follows a message, and what listens. What a message passes until it is at its provider, or waits, is everything else. */
const sinks: readonly HostableName[] = ["feedback", "materializer", "projector", "gateway", "admin"];

/**
 * Processors that `comms run` hosts together, by the group's name. `path` and `sinks` are everything between them, each processor
 * in one of the two: what people wait for is apart from what follows it and from what listens, so neither takes the other's CPU.
 */
export const processGroups: Readonly<Record<"path" | "sinks" | "all", readonly HostableName[]>> = {
  path: hostableNames.filter((name) => !sinks.includes(name)),
  sinks,
  all: hostableNames,
};

/** The processors that the arguments of `comms run` name, groups taken apart, each once. An unknown name stays as it is. */
export function namesToHost(args: readonly string[]): readonly string[] {
  const groups: Readonly<Record<string, readonly string[]>> = processGroups;
  const named = new Set(args.flatMap((arg) => (Object.hasOwn(groups, arg) ? (groups[arg] ?? []) : [arg])));
  const known = hostableNames.filter((name) => named.delete(name));
  return [...known, ...named];
}

/** What a process calls itself: its group where it hosts exactly that, else its processors. Takes names of `namesToHost`. */
export function hostsOf(names: readonly string[]): string {
  const listed = names.join(", ");
  const group = Object.entries(processGroups).find(([, members]) => members.join(", ") === listed);
  return group?.[0] ?? listed;
}
