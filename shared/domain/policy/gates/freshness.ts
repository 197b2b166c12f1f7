import { fraction } from "../../delivery/retry.ts";
import type { Instant } from "../../time/instant.ts";
import { defer, type GateResult, pass } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/** How old the views of people, suppressions and flags are, and how old they may be for what is not critical; ms. */
export interface ViewAge {
  readonly ageMs: number;
  readonly ageMsMax: number;
}

/** How long a message waits before the age is looked at again, ms, and over how much more such messages are spread. */
export const freshnessWaitMs = 4_000;
const spreadMs = 2_000;

/**
 * Defers a message while the views are too old to say what the person wants: an opt-out may be missing. A critical message
 * passes here; the views themselves refuse everybody once they are older than the bound for anything at all.
 */
export function freshness(
  { critical, msgId }: Pick<Routable, "critical" | "msgId">,
  { ageMs, ageMsMax }: ViewAge,
  now: Instant,
): GateResult<"PASS" | "DEFER"> {
  // The same event gives the same decision each time, so the age stands in it only where it decides.
  if (ageMs <= ageMsMax) return pass(`Views are at most ${ageMsMax} ms old`);
  const detail = `Views are ${ageMs} ms old, bound ${ageMsMax} ms`;
  if (critical) return pass(detail);
  const dueAt = now + freshnessWaitMs + Math.floor(spreadMs * fraction("freshness", msgId));
  return defer({ kind: "stale", reason: "COMMS_STATE_STALE", dueAt, detail });
}
