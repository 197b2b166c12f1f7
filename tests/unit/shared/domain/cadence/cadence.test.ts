import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cadence, cadenceOf, windowEnd } from "#shared/domain/cadence/cadence.ts";
import { zoneNames } from "#shared/domain/time/zone-data.ts";

const daily = cadenceOf("messages.daily_digest") as Cadence;
const at = (text: string) => Date.parse(text);

describe("digest cadence", () => {
  it.each([
    ["2026-06-01T10:00:00Z", "UTC", "2026-06-01T18:00:00Z"],
    ["2026-06-01T18:00:00Z", "UTC", "2026-06-02T18:00:00Z"],
    ["2026-06-01T10:00:00Z", "America/Los_Angeles", "2026-06-02T01:00:00Z"],
    ["2026-06-01T10:00:00Z", "Asia/Kathmandu", "2026-06-01T12:15:00Z"],
    ["2026-06-01T10:00:00Z", "Nowhere/AtAll", "2026-06-01T18:00:00Z"],
  ])("at %s in %s closes at %s", (now, tz, end) => {
    expect(new Date(windowEnd(daily, tz, at(now))).toISOString()).toBe(new Date(end).toISOString());
  });

  it.each([
    ["europe/paris", "2026-06-01T16:00:00Z"],
    ["Asia/Calcutta", "2026-06-01T12:30:00Z"],
    ["+05:30", "2026-06-01T12:30:00Z"],
    ["Europe/Paris ", "2026-06-01T18:00:00Z"],
    ["", "2026-06-01T18:00:00Z"],
  ])("takes the zone %j, or counts it as UTC", (tz, end) => {
    expect(windowEnd(daily, tz, at("2026-06-01T10:00:00Z"))).toBe(at(end));
  });

  it("ends strictly later and within a day and a bit, in every zone at every time", () => {
    const zones = fc.constantFrom(...zoneNames());
    const times = fc.integer({ min: at("2024-01-01T00:00:00Z"), max: at("2027-12-31T00:00:00Z") });
    fc.assert(
      fc.property(zones, times, (tz, now) => {
        const end = windowEnd(daily, tz, now);
        expect(end).toBeGreaterThan(now);
        expect(end - now).toBeLessThanOrEqual(26 * 3_600_000);
      }),
      { numRuns: 300 },
    );
  });
});
