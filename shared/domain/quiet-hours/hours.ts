import { Temporal } from "temporal-polyfill";
import type { Preference, Profile } from "#shared/contracts/records.ts";

/** The hours in which nothing that can wait may reach a person, made fit to reckon with. */
export interface Hours {
  /** An IANA zone that the zone data in force knows. */
  readonly tz: string;
  /** Minutes since local midnight, 0 to 1439. Equal: no quiet hours at all. */
  readonly startMinute: number;
  readonly endMinute: number;
  readonly allowCategories: readonly string[];
}

/** 21:00 to 08:00 (QH-01). */
const defaultHours = { start_local: "21:00", end_local: "08:00" } as const;

/** The zone of a person of whom nothing better is known. */
const defaultZone = "UTC";

/**
 * The quiet hours of a person: their own, else the default, in the zone that they set, else in their profile's, else
 * UTC. A zone or a time that cannot be read counts as not set, so the call never throws.
 */
export function hoursOf(preference: Preference | null, profile: Profile | null): Hours {
  const own = preference?.quiet_hours;
  const start = minuteOf(own?.start_local);
  const end = minuteOf(own?.end_local);
  const set = start !== undefined && end !== undefined;
  return {
    tz: zoneOf(own?.tz, profile?.tz),
    startMinute: set ? start : (minuteOf(defaultHours.start_local) as number),
    endMinute: set ? end : (minuteOf(defaultHours.end_local) as number),
    allowCategories: own?.allow_categories ?? [],
  };
}

/** The first of these that is a zone, else UTC. */
export function zoneOf(...candidates: readonly (string | null | undefined)[]): string {
  return candidates.find((candidate) => candidate && isZone(candidate)) ?? defaultZone;
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

const known = new Map<string, boolean>();

/** Asking costs 20 µs and the zones of the world are 600, so each is asked once; a bound keeps rubbish from piling up. */
function isZone(name: string): boolean {
  const answer = known.get(name) ?? canBeUsed(name);
  if (known.size < 2_000) known.set(name, answer);
  return answer;
}

function canBeUsed(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}
