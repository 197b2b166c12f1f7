import { everything } from "#tests/support/world.ts";

/** A process of a bench: its name in the figures, and what `comms run` hosts in it. */
export interface HostedProcess {
  readonly name: string;
  readonly hosts: readonly string[];
}

/** What carries a message to its provider, timers included; and what is made of its records afterwards. */
const sinks = ["feedback", "projector", "materializer", "gateway"];
const path = everything.filter((name) => !sinks.includes(name));

/** How the stages and the gateway are split over processes, by the number of these. */
export const layouts = {
  "13": everything.map((name) => ({ name, hosts: [name] })),
  "2": [
    { name: "path", hosts: path },
    { name: "sinks", hosts: sinks },
  ],
  "1": [{ name: "all", hosts: everything }],
} as const satisfies Readonly<Record<string, readonly HostedProcess[]>>;

/** One of `layouts`. */
export type LayoutName = keyof typeof layouts;
