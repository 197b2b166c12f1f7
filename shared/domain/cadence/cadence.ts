import { Temporal } from "temporal-polyfill";
import type { Instant } from "../time/instant.ts";

/** How a digest is collected and sent (DIG-01). */
export interface Cadence {
  readonly name: string;
  /** Template of the summary. */
  readonly template: string;
  readonly category: string;
  /** What the template shows of an item: its payload is kept with these fields only. */
  readonly fields: readonly string[];
  /** Items that the template shows at most; it is told how many there are. */
  readonly shownMax: number;
  /** Local time of day at which the day's window closes, HH:MM: outside everybody's default quiet hours. */
  readonly closesAt: string;
}

/** The cadences there are. The weekly and the review cadence come with their templates. */
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

/** The cadence of that name; undefined where this build has none, which an item of another build may name. */
export function cadenceOf(name: string): Cadence | undefined {
  return cadences.find((cadence) => cadence.name === name);
}

/**
 * When the window that is open at `now` closes: strictly later than `now`, at the cadence's local time in the zone. In a
 * gap of the clocks the later instant, in a fold the earlier. An unknown zone counts as UTC.
 */
export function windowEnd(cadence: Cadence, tz: string, now: Instant): Instant {
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(knownZone(tz));
  const time = Temporal.PlainTime.from(cadence.closesAt);
  for (let days = 0; ; days++) {
    const end = local.toPlainDate().add({ days }).toZonedDateTime({ timeZone: local.timeZoneId, plainTime: time });
    if (end.epochMilliseconds > now) return end.epochMilliseconds;
  }
}

function knownZone(tz: string): string {
  try {
    return Temporal.Now.zonedDateTimeISO(tz).timeZoneId;
  } catch {
    return "UTC";
  }
}
