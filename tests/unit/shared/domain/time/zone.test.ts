import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { dayOf, instantOf, localTimeAt, minuteOfDay, offsetAt, zoneOfName } from "#shared/domain/time/zone.ts";
import { zoneNames } from "#shared/domain/time/zone-data.ts";
import { countRuns } from "#tests/support/run-count.ts";

const at = (text: string) => Date.parse(text);
const hourMs = 3_600_000;

describe("the name of a zone", () => {
  test.each([
    ["Europe/Paris", "Europe/Paris"],
    ["europe/paris", "Europe/Paris"],
    ["UTC", "UTC"],
    ["Asia/Calcutta", "Asia/Calcutta"],
    ["+05:30", "+05:30"],
    ["-0800", "-0800"],
    ["EST5EDT", "EST5EDT"],
    ["", undefined],
    ["Z", undefined],
    ["EST5", undefined],
    ["+25:00", undefined],
    ["Europe/Paris ", undefined],
    ["2026-01-01", undefined],
    ["constructor", undefined],
    ["__proto__", undefined],
  ])("%j is %j", (name, zone) => expect(zoneOfName(name)).toBe(zone));

  test("a zone that is none is an error", () => {
    expect(() => offsetAt("Mars/Olympus", 0)).toThrow(RangeError);
    expect(() => instantOf("", 0)).toThrow(RangeError);
  });
});

describe("the offset of a zone", () => {
  test.each([
    ["America/Vancouver", "2026-12-01T12:00:00Z", -7],
    ["America/Vancouver", "2026-02-01T12:00:00Z", -8],
    ["Asia/Kathmandu", "2026-06-01T12:00:00Z", 5.75],
    ["Australia/Lord_Howe", "2026-06-01T12:00:00Z", 10.5],
    ["Europe/Dublin", "2026-01-15T12:00:00Z", 0],
    ["Pacific/Kiritimati", "2026-01-15T12:00:00Z", 14],
    ["+05:30", "2026-01-15T12:00:00Z", 5.5],
    ["-0800", "2026-01-15T12:00:00Z", -8],
    ["America/New_York", "2037-07-01T12:00:00Z", -4],
    ["America/New_York", "2041-07-01T12:00:00Z", -4],
    ["America/New_York", "2041-01-15T12:00:00Z", -5],
    ["Australia/Sydney", "2044-02-29T12:00:00Z", 11],
    ["Asia/Tokyo", "9999-12-30T12:00:00Z", 9],
  ])("of %s at %s is %d h", (zone, instant, hours) => {
    expect(offsetAt(zone, at(instant)) / hourMs).toBe(hours);
  });

  test("beyond the listed years the change comes on the weekday that the rules name", () => {
    // 2041: second Sunday of March and first of November.
    expect(offsetAt("America/New_York", at("2041-03-10T06:59:59Z")) / hourMs).toBe(-5);
    expect(offsetAt("America/New_York", at("2041-03-10T07:00:00Z")) / hourMs).toBe(-4);
    expect(offsetAt("America/New_York", at("2041-11-03T05:59:59Z")) / hourMs).toBe(-4);
    expect(offsetAt("America/New_York", at("2041-11-03T06:00:00Z")) / hourMs).toBe(-5);
  });
});

describe("the instant of a local time", () => {
  test.each([
    ["a plain one", "America/New_York", "2026-11-22T21:00Z", "2026-11-23T02:00:00.000Z"],
    ["one that a gap skips: later", "America/New_York", "2026-03-08T02:30Z", "2026-03-08T07:30:00.000Z"],
    ["one that a fold repeats: the earlier", "America/New_York", "2026-11-01T01:30Z", "2026-11-01T05:30:00.000Z"],
    ["half an hour's fold", "Australia/Lord_Howe", "2026-04-05T01:45Z", "2026-04-04T14:45:00.000Z"],
    ["two hours' gap", "Antarctica/Troll", "2026-03-29T01:30Z", "2026-03-29T01:30:00.000Z"],
    ["a day that was skipped", "Pacific/Apia", "2011-12-30T12:00Z", "2011-12-30T22:00:00.000Z"],
    ["a fixed offset", "+05:30", "2026-11-22T00:00Z", "2026-11-21T18:30:00.000Z"],
  ])("%s", (...[, zone, local, instant]) => {
    expect(new Date(instantOf(zone, at(local))).toISOString()).toBe(instant);
  });

  test("is found again by what the clocks show then, unless a gap skipped it", () => {
    const runs = countRuns();
    const zones = fc.constantFrom(...zoneNames());
    const instants = fc.integer({ min: at("1990-01-01T00:00:00Z"), max: at("2050-01-01T00:00:00Z") });
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const local = localTimeAt(zone, instant);
        const first = instantOf(zone, local);
        expect(localTimeAt(zone, first)).toBe(local);
        expect(first).toBeLessThanOrEqual(instant);
        runs.add(offsetAt(zone, instant) !== 0);
      }),
      { numRuns: 2_000 },
    );
    runs.expectShare(0.8);
  });

  test("is that of Temporal, for the years in which the runtime's own data are settled", () => {
    const runs = countRuns();
    const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const locals = fc.integer({ min: at("1990-01-01T00:00:00Z"), max: at("2025-01-01T00:00:00Z") });
    fc.assert(
      fc.property(zones, locals, (zone, local) => {
        const plain = new Date(local).toISOString().slice(0, -1);
        const then = Temporal.PlainDateTime.from(plain).toZonedDateTime(zone).epochMilliseconds;
        expect(instantOf(zone, local)).toBe(then);
        runs.add(then !== local);
      }),
      { numRuns: 2_000 },
    );
    runs.expectShare(0.8);
  });
});

test("a day and a minute of it, before 1970 too", () => {
  expect(dayOf(at("1969-12-31T23:59Z"))).toBe(at("1969-12-31T00:00Z"));
  expect(minuteOfDay(at("2026-02-28T00:00Z"), 90, { days: 1 })).toBe(at("2026-03-01T01:30Z"));
});
