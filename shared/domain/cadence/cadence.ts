import { minuteOf } from "../quiet-hours/hours.ts";
import type { Instant } from "../time/instant.ts";
import { dayOf, instantOf, localTimeAt, minuteOfDay, zoneOfName } from "../time/zone.ts";

/** How a digest is collected and sent (DIG-01). */
export interface Cadence {
  readonly name: string;
  /** Template of the summary. */
  readonly template: string;
  readonly category: string;
  /** The fields of an item that the template shows: its payload is kept with these fields only. */
  readonly fields: readonly string[];
  /** The most items that the template shows; it also shows their number. */
  readonly shownMax: number;
  /** Local time of day at which the day's window closes, HH:MM; outside the default quiet hours. */
  readonly closesAt: string;
}

/** All cadences. The weekly and the review cadence will come with their templates. */
export const cadences: readonly Cadence[] = [
  {
    name: "messages.daily_digest",
    template: "new_message_digest",
    category: "messages",
    fields: ["sender_name", "excerpt", "thread_url"],
    shownMax: 20,
    closesAt: "18:00",
  },
];

/** The cadence of that name; undefined for a name of another build. */
export function cadenceOf(name: string): Cadence | undefined {
  return cadences.find((cadence) => cadence.name === name);
}

/**
 * When the window that is open at `now` closes: strictly later than `now`, at the cadence's local time in the zone. A gap
 * in local time gives the later instant, a fold the earlier. An unknown zone counts as UTC.
 */
export function windowEnd(cadence: Cadence, tz: string, now: Instant): Instant {
  const zone = zoneOfName(tz) ?? "UTC";
  const minute = minuteOf(cadence.closesAt) ?? 0;
  const today = dayOf(localTimeAt(zone, now));
  for (let days = 0; ; days++) {
    const end = instantOf(zone, minuteOfDay(today, minute, { days }));
    if (end > now) return end;
  }
}
