import type { Instant } from "#shared/domain/time/instant.ts";
import { drop, type GateResult, instantWords, pass } from "../gate-result.ts";
import type { Message } from "../message.ts";

/** Ends a message that comes too late to be of use, critical or not: on arrival, and again at each release. */
export function expiry({ expiresAt }: Pick<Message, "expiresAt">, now: Instant): GateResult {
  if (expiresAt === null) return pass("It does not expire");
  const words = instantWords(expiresAt);
  return now < expiresAt ? pass(`It expires at ${words}`) : drop("COMMS_EXPIRED", `It expired at ${words}`);
}
