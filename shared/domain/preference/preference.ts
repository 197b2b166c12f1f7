import type { Channel, Preference } from "#shared/contracts/records.ts";
import { isOnByDefault } from "./defaults.ts";

/** Whether a category is on for a channel, and where the choice comes from. */
export interface Choice {
  readonly on: boolean;
  /** `set` by the person, the product's `default`, or `fixed`: it cannot be set. */
  readonly source: "set" | "default" | "fixed";
}

/**
 * Whether a person wants a category on a channel: their own setting, else the default. In-app is always on (PRF-07), even if
 * the stored setting is off. Of two settings the last one counts. Consent is checked separately.
 */
export function choiceOf(preference: Preference | null, channel: Channel, category: string): Choice {
  if (channel === "INAPP") return { on: true, source: "fixed" };
  const setting = preference?.channels.findLast((one) => one.channel === channel && one.category === category);
  if (setting) return { on: setting.opted_in, source: "set" };
  return { on: isOnByDefault(channel, category), source: "default" };
}
