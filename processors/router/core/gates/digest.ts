import type { Message } from "../message.ts";
import { digest as collect, pass, type Verdict } from "../verdict.ts";

/** Collects what has a cadence for the person's next digest. A critical message is never collected. */
export function digest({ cadence, critical }: Pick<Message, "cadence" | "critical">): Verdict {
  if (cadence === null) return pass("It has no cadence");
  return critical
    ? pass(`Cadence ${cadence} does not hold a critical message`)
    : collect(cadence, `Collected for ${cadence}`);
}
