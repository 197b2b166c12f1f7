import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clockOf, type Hours, minuteOf } from "#shared/domain/quiet-hours/hours.ts";
import { releaseAt } from "#shared/domain/quiet-hours/release.ts";
import { spreadMsMax, spreadOf } from "#shared/domain/quiet-hours/spread.ts";
import { localTimeAt, offsetAt } from "#shared/domain/time/zone.ts";
import { offsetsOf, zoneNames } from "#shared/domain/time/zone-data.ts";
import { countRuns } from "#tests/support/run-count.ts";

const minute = 60_000;

function hours(tz: string, start = "21:00", end = "08:00"): Hours {
  return { tz, startMinute: minuteOf(start) as number, endMinute: minuteOf(end) as number, allowCategories: [] };
}

/** The release without the person's spread, in UTC. */
function released(given: Hours, now: string): string | undefined {
  const due = releaseAt(given, "usr_1", Date.parse(now));
  return due === undefined ? undefined : new Date(due - spreadOf("usr_1")).toISOString();
}

describe("release from quiet hours [QH-01] [QH-03]", () => {
  test.each<[given: string, tz: string, now: string, then: string | undefined]>([
    ["the first quiet minute", "UTC", "2026-11-22T21:00:00Z", "2026-11-23T08:01:00.000Z"],
    ["the last millisecond before it", "UTC", "2026-11-22T20:59:59.999Z", undefined],
    ["after midnight", "UTC", "2026-11-22T03:00:00Z", "2026-11-22T08:01:00.000Z"],
    ["the last quiet millisecond", "UTC", "2026-11-22T07:59:59.999Z", "2026-11-22T08:01:00.000Z"],
    ["the end itself", "UTC", "2026-11-22T08:00:00Z", undefined],
    ["evening in New York", "America/New_York", "2026-11-23T02:30:00Z", "2026-11-23T13:01:00.000Z"],
    ["a quarter-hour zone", "Asia/Kathmandu", "2026-11-22T15:15:00Z", "2026-11-23T02:16:00.000Z"],
    ["a zone at +14", "Pacific/Kiritimati", "2026-11-22T07:00:00Z", "2026-11-22T18:01:00.000Z"],
    ["a zone at +12:45, in summer +13:45", "Pacific/Chatham", "2026-11-22T07:15:00Z", "2026-11-22T18:16:00.000Z"],
    ["the night that loses an hour", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-08T12:01:00.000Z"],
    ["the night that gains an hour", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-01T13:01:00.000Z"],
    ["the night over a day that Apia skipped", "Pacific/Apia", "2011-12-30T08:00:00Z", "2011-12-30T18:01:00.000Z"],
  ])("given %s in %s at %s, it is %s", (...[, tz, now, then]) => {
    expect(released(hours(tz), now)).toBe(then);
  });

  test.each<[given: string, hours: Hours, now: string, then: string | undefined]>([
    [
      "an end that the spring gap skips: later",
      hours("America/New_York", "21:00", "02:30"),
      "2026-03-08T05:00:00Z",
      "2026-03-08T07:31:00.000Z",
    ],
    [
      "an end that the autumn fold repeats: the earlier",
      hours("America/New_York", "21:00", "01:30"),
      "2026-11-01T04:00:00Z",
      "2026-11-01T05:31:00.000Z",
    ],
    [
      "the second time that the fold shows one o'clock: it ended once",
      hours("America/New_York", "21:00", "01:30"),
      "2026-11-01T06:10:00Z",
      undefined,
    ],
    [
      "half an hour's fold at Lord Howe",
      hours("Australia/Lord_Howe", "21:00", "01:45"),
      "2026-04-04T14:00:00Z",
      "2026-04-04T14:46:00.000Z",
    ],
    [
      "two hours' gap at Troll",
      hours("Antarctica/Troll", "21:00", "02:00"),
      "2026-03-29T00:30:00Z",
      "2026-03-29T02:01:00.000Z",
    ],
    ["hours by day", hours("UTC", "12:00", "14:00"), "2026-11-22T13:00:00Z", "2026-11-22T14:01:00.000Z"],
    ["hours of no length", hours("UTC", "08:00", "08:00"), "2026-11-22T08:00:00Z", undefined],
  ])("given %s", (...[, given, now, then]) => {
    expect(released(given, now)).toBe(then);
  });

  test("given hours that begin again two minutes after they end, it goes out half-way", () => {
    const due = releaseAt(hours("UTC", "08:02", "08:00"), "usr_1", Date.parse("2026-11-22T07:00:00Z"));
    expect(new Date(due ?? 0).toISOString()).toBe("2026-11-22T08:01:00.000Z");
  });
});

describe("spread of the release", () => {
  test("is the same for a person each time, within ten minutes, and even over people", () => {
    const spreads = Array.from({ length: 10_000 }, (_, i) => spreadOf(`usr_${i}`));
    expect(spreads).toEqual(Array.from({ length: 10_000 }, (_, i) => spreadOf(`usr_${i}`)));
    expect(Math.max(...spreads)).toBeLessThanOrEqual(spreadMsMax);
    const perMinute = Array.from(
      { length: 10 },
      (_, m) => spreads.filter((ms) => Math.floor(ms / minute) === m).length,
    );
    for (const count of perMinute) expect(count).toBeGreaterThan(850);
  });
});

const zones = zoneNames();
const aMinute = fc.integer({ min: 0, max: 1_439 });
const someHours: fc.Arbitrary<Hours> = fc.record({
  tz: fc.constantFrom(...zones),
  startMinute: aMinute,
  endMinute: aMinute,
  allowCategories: fc.constant([]),
});
const anInstant = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2040, 0) });

describe("property: a deferred message is due strictly later and never inside quiet hours [QH-03]", () => {
  /** Whether the hours hold the message. If so, the release is checked. */
  const isHeld = (given: Hours, userId: string, now: number): boolean => {
    const due = releaseAt(given, userId, now);
    if (due === undefined) return false;
    expect(due).toBeGreaterThan(now);
    expect(releaseAt(given, userId, due)).toBeUndefined();
    return true;
  };

  test("in any zone, with any hours, at any time", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(someHours, anInstant, fc.string(), (given, now, userId) => runs.add(isHeld(given, userId, now))),
      { numRuns: 1_500 },
    );
    runs.expectShare(0.25);
  });

  test("in each zone of the world, around each change of its clocks in a year", () => {
    const runs = countRuns();
    for (const tz of zones) {
      for (const change of changesOf(tz, 2027, 2027)) {
        for (const offset of [-180, -61, -31, -1, 0, 1, 29, 31, 61, 119, 180]) {
          const now = change + offset * minute;
          runs.add(isHeld(hours(tz), "usr_1", now));
          runs.add(isHeld(hours(tz, "23:30", "02:30"), "usr_1", now));
          runs.add(isHeld(hours(tz, "01:45", "01:15"), "usr_1", now));
        }
      }
    }
    runs.expectShare(0.5);
  });

  test("where no clock is changed nearby, by the clock on the wall", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(someHours, anInstant, (given, now) => {
        const { tz, startMinute, endMinute } = given;
        fc.pre(!changesNear(tz, now));
        const due = releaseAt(given, "usr_1", now);
        expect(due !== undefined, `${clockOf(startMinute)}-${clockOf(endMinute)}`).toBe(onTheWall(given, now));
        if (due !== undefined) expect(onTheWall(given, due)).toBe(false);
        runs.add(due !== undefined);
      }),
      { numRuns: 1_500 },
    );
    runs.expectShare(0.25);
  });
});

/** Whether a clock on the wall shows a quiet time. */
function onTheWall({ tz, startMinute: start, endMinute: end }: Hours, now: number): boolean {
  const wall = Math.floor((localTimeAt(tz, now) / minute) % 1_440);
  return start <= end ? start <= wall && wall < end : wall >= start || wall < end;
}

function changesNear(tz: string, now: number): boolean {
  const offsets = [-72, -48, -24, -12, 0, 12, 24, 48, 72].map((hour) => offsetAt(tz, now + hour * 60 * minute));
  return new Set(offsets).size > 1;
}

function changesOf(tz: string, first: number, last: number): readonly number[] {
  const [from, to] = [Date.UTC(first, 0), Date.UTC(last + 1, 0)];
  return (offsetsOf(tz)?.untils ?? []).filter((until) => from <= until && until < to);
}
