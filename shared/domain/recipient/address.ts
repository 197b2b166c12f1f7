import type { Channel } from "#shared/contracts/records.ts";
import type { Person } from "./person.ts";

/**
 * The address of a person on a channel that writes to one, as identity gave it: not normalised, perhaps not usable.
 * Undefined where there is none, and always for push (a person has many tokens) and in-app (the person is the address).
 */
export function addressOf(person: Person, channel: Channel): string | undefined {
  if (channel === "EMAIL") return person.profile?.email?.trim() || undefined;
  if (channel === "SMS" || channel === "WHATSAPP") return person.profile?.phone?.trim() || undefined;
  return undefined;
}

/** Whether a channel writes to an address that can be hashed and suppressed. */
export function hasAddresses(channel: Channel): boolean {
  return channel === "EMAIL" || channel === "SMS" || channel === "WHATSAPP";
}
