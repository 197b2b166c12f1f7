import { type GateResult, hold, pass } from "../policy/gate-result.ts";
import type { Routable } from "../policy/routable.ts";
import type { Instant } from "../time/instant.ts";
import type { DecisionContext } from "./policy.ts";

/** Holds a message while the views are too old to say what the person wants. Critical messages pass. */
export function freshnessGate(
  { critical }: Pick<Routable, "critical">,
  viewsAsOf: Instant,
  { now, policy }: DecisionContext,
): GateResult<"PASS" | "HOLD"> {
  const age = now - viewsAsOf;
  const detail = `Views are ${age} ms old, bound ${policy.viewAgeMaxMs} ms`;
  if (critical || age <= policy.viewAgeMaxMs) return pass(detail);
  return hold("COMMS_STATE_STALE", now + policy.staleHoldMs, detail);
}
