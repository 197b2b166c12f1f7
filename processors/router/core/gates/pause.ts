import { spreadOf } from "#shared/domain/quiet-hours/spread.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { type Flags, isOff } from "../flags.ts";
import { defer, formatInstant, type GateResult, pass, unlessCritical } from "../gate-result.ts";
import type { Message } from "../message.ts";

export const pauseFlag = "comms.channels.non_critical.enabled";

/** How long a paused message waits before its next evaluation, besides the person's spread. */
const pauseMs = 10 * 60_000;

/**
 * Defers messages that are not critical while `comms.channels.non_critical.enabled` is false (INC-02). The flag pauses
 * and does not discard: the message comes back through every gate until the flag is lifted or the message expires.
 */
export function pause(
  { critical, userId }: Pick<Message, "critical" | "userId">,
  flags: Flags,
  now: Instant,
): GateResult {
  if (!isOff(flags, pauseFlag)) return pass(`${pauseFlag} is not false`);
  const dueAt = now + pauseMs + spreadOf(userId);
  const detail = `${pauseFlag} is false; asks again at ${formatInstant(dueAt)}`;
  return unlessCritical(critical, defer({ kind: "pause", reason: "COMMS_CHANNEL_DISABLED", dueAt, detail }));
}
