import type { Instant } from "./instant.ts";
import { offsetsOf, spellingOf, type ZoneOffsets } from "./zone-data.ts";

/**
 * A local date and time as a number: the ms since 1970-01-01T00:00 on the clocks of the zone. Two local times of one zone
 * differ by what its clocks show, not by what has passed.
 */
export type LocalTime = number;

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** The data lists every change up to the end of 2037; later years repeat the rules of an earlier one. */
const lastListed = Date.UTC(2038, 0, 1);

/**
 * The zone of a name, as the data spells it: an IANA name in any case, or a fixed offset as `+05:30`. Undefined for any
 * other text.
 */
export function zoneOfName(name: string): string | undefined {
  return spellingOf(name) ?? (fixedOffsetOf(name) === undefined ? undefined : name);
}

/** What the clocks of a zone show, less UTC, ms. Throws `RangeError` for a zone that `zoneOfName` does not know. */
export function offsetAt(zone: string, at: Instant): number {
  const fixed = fixedOffsetOf(zone);
  if (fixed !== undefined) return fixed;
  const found = zoneOffsets(zone);
  return found.offsets[periodAt(found, at < lastListed ? at : inListedYear(at))] ?? 0;
}

/** What the clocks of a zone show at an instant. Throws `RangeError` as `offsetAt` does. */
export function localTimeAt(zone: string, at: Instant): LocalTime {
  return at + offsetAt(zone, at);
}

/**
 * The instant of a local time. A time that a gap skips moves later by the length of the gap; of two instants that a fold
 * gives one time, the earlier counts (Temporal's `compatible`, RFC 5545). Throws `RangeError` as `offsetAt` does.
 */
export function instantOf(zone: string, local: LocalTime): Instant {
  // No zone is further from UTC than a day, so the true offset is in force at one of the two.
  const before = offsetAt(zone, local - dayMs);
  const after = offsetAt(zone, local + dayMs);
  if (before === after && offsetAt(zone, local - before) === before) return local - before;
  const candidates = [...new Set([before, after, offsetAt(zone, local - before), offsetAt(zone, local - after)])]
    .map((offset) => local - offset)
    .filter((at) => localTimeAt(zone, at) === local);
  return candidates.length > 0 ? Math.min(...candidates) : local - before;
}

/** The local midnight that begins the day of a local time. */
export function dayOf(local: LocalTime): LocalTime {
  return Math.floor(local / dayMs) * dayMs;
}

/** The local time of a minute of a day, `days` later. */
export function minuteOfDay(day: LocalTime, minute: number, { days = 0 }: { readonly days?: number } = {}): LocalTime {
  return day + days * dayMs + minute * minuteMs;
}

function zoneOffsets(zone: string): ZoneOffsets {
  const found = offsetsOf(zone) ?? offsetsOf(spellingOf(zone) ?? "");
  if (!found) throw new RangeError(`The zone data has no zone '${zone}'`);
  return found;
}

/** The index of the period that holds an instant. */
function periodAt({ untils }: ZoneOffsets, at: Instant): number {
  let low = 0;
  let high = untils.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at < (untils[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The same day and time in a listed year whose first of March falls on the same weekday: rules name weekdays of the months
 * after February. Such a year is among any twelve.
 */
function inListedYear(at: Instant): Instant {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  const weekday = weekdayOfMarch(year);
  const years = Array.from({ length: 12 }, (_, back) => 2037 - back);
  const like = years.find((one) => weekdayOfMarch(one) === weekday) ?? 2037;
  return Date.UTC(like, date.getUTCMonth(), date.getUTCDate()) + (at - dayOf(at));
}

function weekdayOfMarch(year: number): number {
  return new Date(Date.UTC(year, 2, 1)).getUTCDay();
}

/** The offset that `+05:30` or `-0800` says, ms; undefined for any other text. */
function fixedOffsetOf(text: string): number | undefined {
  const [, sign, hours, minutes] = /^([+-])([01]\d|2[0-3]):?([0-5]\d)$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minuteMs;
}
