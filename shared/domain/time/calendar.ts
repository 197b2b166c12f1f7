import type { Instant } from "./instant.ts";

const first = Date.parse("0001-01-01T00:00:00Z");
const last = Date.parse("9999-12-30T00:00:00Z");

/** Whether the instant lies in the years 1 to 9999, which calendars and Postgres accept, unlike any 64-bit number. */
export function isInCalendar(at: Instant): boolean {
  return at >= first && at <= last;
}
