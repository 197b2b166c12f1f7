import type { Binaries } from "../binaries.ts";
import type { Layout } from "../layout.ts";
import type { Ports } from "../ports.ts";
import type { SecureFiles } from "../secure/secure-files.ts";

/** What a part is made from. */
export interface PartContext {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly binaries: Binaries;
  /** What protects the servers; undefined where they speak plain text. */
  readonly secure?: SecureFiles | undefined;
  /** The `java` to run. */
  readonly java: string;
}
