import { clockOf, type Hours } from "../../quiet-hours/hours.ts";
import { releaseAt } from "../../quiet-hours/release.ts";
import type { Instant } from "../../time/instant.ts";
import { bypass, defer, drop, formatInstant, type GateResult, pass } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/**
 * Defers a message that would arrive inside the person's quiet hours. Critical messages and allowed categories pass. A
 * message that expires before its release is dropped: it would wait for nothing (decision 29).
 */
export function quietHours(
  message: Pick<Routable, "userId" | "category" | "critical" | "expiresAt">,
  hours: Hours,
  now: Instant,
): GateResult<"PASS" | "BYPASS" | "DROP" | "DEFER"> {
  const rule = `Quiet hours are ${clockOf(hours.startMinute)} to ${clockOf(hours.endMinute)} in ${hours.tz}`;
  const dueAt = releaseAt(hours, message.userId, now);
  if (dueAt === undefined) return pass(`${rule}; it is outside them`);
  const until = `${rule}; it is inside them until ${formatInstant(dueAt)}`;
  if (message.critical) return bypass("critical_override", until);
  if (hours.allowCategories.includes(message.category)) return pass(`${rule}; ${message.category} is allowed in them`);
  if (message.expiresAt !== null && message.expiresAt <= dueAt) {
    return drop("COMMS_EXPIRED", `${until}, and it expires at ${formatInstant(message.expiresAt)}`);
  }
  return defer({ kind: "quiet_hours", reason: "COMMS_QUIET_HOURS", dueAt, detail: until });
}
