import { processGroups } from "#cli/process-groups.ts";

/** A process of a bench: its name in the figures, and what `comms run` hosts in it. */
export interface HostedProcess {
  readonly name: string;
  readonly hosts: readonly string[];
}

/** So many processes that each host the whole path, and one for what comes after it. */
function paths(count: number): readonly HostedProcess[] {
  const each = Array.from({ length: count }, (_, at) => ({ name: `path ${at + 1}`, hosts: processGroups.path }));
  return [...each, { name: "sinks", hosts: processGroups.sinks }];
}

/** How the stages and the gateway are split over processes, by the number of these. The admin API, which no message passes, has none to itself. */
export const layouts = {
  "13": processGroups.all.filter((name) => name !== "admin").map((name) => ({ name, hosts: [name] })),
  "4": paths(3),
  "3": paths(2),
  "2": [
    { name: "path", hosts: processGroups.path },
    { name: "sinks", hosts: processGroups.sinks },
  ],
  "1": [{ name: "all", hosts: processGroups.all }],
} as const satisfies Readonly<Record<string, readonly HostedProcess[]>>;

/** One of `layouts`. */
export type LayoutName = keyof typeof layouts;
