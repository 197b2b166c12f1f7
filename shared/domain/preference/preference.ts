import type { Channel, Preference } from "#shared/contracts/records.ts";
import { descriptorOf } from "../channel/channels.ts";

/** Whether a category is on for a channel, and where the choice comes from. */
export interface Choice {
  readonly on: boolean;
  /** `set` by the person, the channel's `default`, or `fixed`: it cannot be set. */
  readonly source: "set" | "default" | "fixed";
}

/**
 * Whether a person wants a category on a channel: their own setting, else the channel's default. Where the channel is
 * always on, a stored setting does not count. Of two settings the last one counts. An unknown channel or category is off
 * by default. Consent is checked separately.
 */
export function choiceOf(preference: Preference | null, channel: Channel, category: string): Choice {
  const onByDefault: readonly string[] | "always" = descriptorOf(channel)?.onByDefault ?? [];
  if (onByDefault === "always") return { on: true, source: "fixed" };
  const setting = preference?.channels.findLast((one) => one.channel === channel && one.category === category);
  if (setting) return { on: setting.opted_in, source: "set" };
  return { on: onByDefault.includes(category), source: "default" };
}
