import type { Preference, Profile } from "#shared/contracts/records.ts";
import { zoneOfName } from "../time/zone.ts";

/** The hours in which only critical messages and allowed categories reach a person, validated and in minutes. */
export interface Hours {
  /** A zone that `zoneOfName` knows. */
  readonly tz: string;
  /** Minutes since local midnight, 0 to 1439. Equal start and end mean no quiet hours. */
  readonly startMinute: number;
  readonly endMinute: number;
  readonly allowCategories: readonly string[];
}

/** 21:00 to 08:00 (QH-01). */
const defaultHours = { start_local: "21:00", end_local: "08:00" } as const;

/** The zone of a person without a known zone. */
const defaultZone = "UTC";

/**
 * The quiet hours of a person: their own or the default, in the zone that they set, else in their profile's, else in UTC.
 * An unreadable zone or time counts as not set, so the call never throws.
 */
export function hoursOf(preference: Preference | null, profile: Profile | null): Hours {
  const own = preference?.quiet_hours;
  const start = minuteOf(own?.start_local);
  const end = minuteOf(own?.end_local);
  const hasOwn = start !== undefined && end !== undefined;
  return {
    tz: zoneOf(own?.tz, profile?.tz),
    startMinute: hasOwn ? start : (minuteOf(defaultHours.start_local) as number),
    endMinute: hasOwn ? end : (minuteOf(defaultHours.end_local) as number),
    allowCategories: own?.allow_categories ?? [],
  };
}

/** The first candidate that is a known zone, else UTC. */
export function zoneOf(...candidates: readonly (string | null | undefined)[]): string {
  const known = candidates.flatMap((candidate) => (candidate ? (zoneOfName(candidate) ?? []) : []));
  return known[0] ?? defaultZone;
}

/** Minutes since midnight of `HH:MM` (seconds are ignored), or undefined. */
export function minuteOf(local: string | undefined): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)?$/.exec(local ?? "");
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined;
}

/** `HH:MM` of minutes since midnight. */
export function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
