import type { Instant } from "../../time/instant.ts";
import { defer, formatInstant, type GateResult, pass } from "../gate-result.ts";

/** Defers a message until the time that its producer asked for, critical or not. A time that is over means now. */
export function sendAt(
  { sendAt: at }: { readonly sendAt: Instant | null },
  now: Instant,
): GateResult<"PASS" | "DEFER"> {
  if (at === null) return pass("The producer set no time");
  const time = formatInstant(at);
  if (at <= now) return pass(`The producer asked for ${time}, which is reached`);
  return defer({ kind: "send_at", reason: "COMMS_SCHEDULED", dueAt: at, detail: `The producer asked for ${time}` });
}
