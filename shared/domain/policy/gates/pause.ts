import { spreadOf } from "../../quiet-hours/spread.ts";
import type { Instant } from "../../time/instant.ts";
import { type Flags, isOff } from "../flags.ts";
import { defer, formatInstant, type GateResult, pass, unlessCritical } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/** While this flag is false, everything that is not critical waits. */
export const pauseFlag = "comms.channels.non_critical.enabled";

/** How long a paused message waits before its next evaluation, besides the person's spread. */
const pauseMs = 10 * 60_000;

/**
 * Defers messages that are not critical while `comms.channels.non_critical.enabled` is false (INC-02). The flag pauses
 * and does not discard: the message comes back through every gate until the flag is lifted or the message expires.
 */
export function pause(
  { critical, userId }: Pick<Routable, "critical" | "userId">,
  flags: Flags,
  now: Instant,
): GateResult<"PASS" | "BYPASS" | "DEFER"> {
  if (!isOff(flags, pauseFlag)) return pass(`${pauseFlag} is not false`);
  const dueAt = now + pauseMs + spreadOf(userId);
  const detail = `${pauseFlag} is false; asks again at ${formatInstant(dueAt)}`;
  return unlessCritical(critical, defer({ kind: "pause", reason: "COMMS_CHANNEL_DISABLED", dueAt, detail }));
}
