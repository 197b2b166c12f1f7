import type { Channel } from "#shared/contracts/records.ts";
import type { Person } from "./person.ts";

/**
 * The address of a person on a channel, as the identity service gave it: not normalised, and possibly unusable. Undefined
 * if there is none, and always for push (a person has many tokens) and in-app (the person is the address).
 */
export function addressOf(person: Person, channel: Channel): string | undefined {
  if (channel === "EMAIL") return person.profile?.email?.trim() || undefined;
  if (channel === "SMS" || channel === "WHATSAPP") return person.profile?.phone?.trim() || undefined;
  return undefined;
}

/** Whether a channel has addresses that can be hashed and suppressed. */
export function hasAddresses(channel: Channel): boolean {
  return channel === "EMAIL" || channel === "SMS" || channel === "WHATSAPP";
}
