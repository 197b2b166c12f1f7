import { processGroups } from "#cli/process-groups.ts";

/** A process of a bench: its name in the figures, and what `comms run` hosts in it. */
export interface HostedProcess {
  readonly name: string;
  readonly hosts: readonly string[];
}

/** How the stages and the gateway are split over processes, by the number of these. */
export const layouts = {
  "13": processGroups.all.map((name) => ({ name, hosts: [name] })),
  "2": [
    { name: "path", hosts: processGroups.path },
    { name: "sinks", hosts: processGroups.sinks },
  ],
  "1": [{ name: "all", hosts: processGroups.all }],
} as const satisfies Readonly<Record<string, readonly HostedProcess[]>>;

/** One of `layouts`. */
export type LayoutName = keyof typeof layouts;
