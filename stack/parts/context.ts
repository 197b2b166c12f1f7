import type { Binaries } from "../binaries.ts";
import type { Layout } from "../layout.ts";
import type { Ports } from "../ports.ts";

/** What a part is made from. */
export interface PartContext {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly binaries: Binaries;
  /** The `java` to run. */
  readonly java: string;
}
