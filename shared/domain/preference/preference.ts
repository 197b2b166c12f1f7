import type { Channel, Preference } from "#shared/contracts/records.ts";
import { isOnByDefault } from "./defaults.ts";

/** Whether a category is on for a channel, and whose choice that is. */
export interface Choice {
  readonly on: boolean;
  /** Whether the person set it, or it is the product's default, or it cannot be set at all. */
  readonly source: "set" | "default" | "fixed";
}

/**
 * Whether a person wants a category on a channel: what they set, else the default. In-app is always on (PRF-07), whatever
 * is stored. Where a switch occurs twice the last one counts. Says nothing of consent, which is a second matter.
 */
export function choiceOf(preference: Preference | null, channel: Channel, category: string): Choice {
  if (channel === "INAPP") return { on: true, source: "fixed" };
  const set = preference?.channels.findLast((one) => one.channel === channel && one.category === category);
  if (set) return { on: set.opted_in, source: "set" };
  return { on: isOnByDefault(channel, category), source: "default" };
}
