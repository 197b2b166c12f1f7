import { describe, expect, test } from "vitest";
import { windowsAround } from "#shared/domain/quiet-hours/window.ts";
import { formatTime } from "#shared/domain/template/format.ts";
import { instantOf, localTimeAt, offsetAt } from "#shared/domain/time/zone.ts";
import { zoneDataVersion, zoneNames } from "#shared/domain/time/zone-data.ts";
import { askZoneinfo, findPython, installTzdata, type PrintedHour, printHours } from "#tests/support/zone-oracle.ts";

const first = "2026-01-01";
const days = 730;
const dayMs = 86_400_000;
const python = findPython();

/** The zones whose rules changed in 2025 and 2026. */
const changed = [
  "America/Vancouver",
  "America/Edmonton",
  "America/Winnipeg",
  "America/Inuvik",
  "America/Havana",
  "Africa/Casablanca",
  "Africa/El_Aaiun",
  "Europe/Chisinau",
];
/** And zones that change by an hour, by half an hour, below zero, and never. */
const others = ["America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Kathmandu"];

describe.skipIf(python === undefined)("local times against Python's zoneinfo on PyPI's tzdata", () => {
  const oracle = python
    ? askZoneinfo(python, installTzdata(python, zoneDataVersion), { zones: zoneNames(), first, days })
    : { version: "", zones: {} };
  const zones = Object.entries(oracle.zones);
  const dayAt = (index: number) => Date.parse(first) + index * dayMs;

  test("both are of one release", () => {
    expect(oracle.version).toBe(zoneDataVersion);
  });

  test("both know the same zones, all that people live in among them", () => {
    expect(zones.length).toBeGreaterThan(590);
    expect(zoneNames().filter((name) => !(name in oracle.zones))).toEqual([]);
    expect(Intl.supportedValuesOf("timeZone").filter((name) => !(name in oracle.zones))).toEqual([]);
  });

  test("the offset at noon UTC is the same in every zone on each day of two years", () => {
    const wrong = zones.flatMap(([zone, { offset }]) =>
      offset.flatMap((seconds, index) => {
        const noon = dayAt(index) + dayMs / 2;
        return offsetAt(zone, noon) === seconds * 1_000 ? [] : [`${zone} ${new Date(noon).toISOString()}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("both ends of the quiet hours are the same in every zone on each day of two years [QH-01]", () => {
    const wrong = zones.flatMap(([zone, { start, end }]) =>
      [start, end].flatMap((instants, isEnd) =>
        instants.flatMap((instant, index) => {
          const local = dayAt(index) + (isEnd ? 8 : 21) * 3_600_000;
          return instantOf(zone, local) === instant ? [] : [`${zone} ${new Date(local).toISOString()}`];
        }),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test("the windows of the default hours are those, night by night, in the zones whose rules changed in 2025 and 2026", () => {
    for (const zone of changed) {
      const { start = [], end = [] } = oracle.zones[zone] ?? {};
      for (let night = 0; night < days - 1; night++) {
        const [from, to] = [start[night] as number, end[night + 1] as number];
        const hours = { tz: zone, startMinute: 21 * 60, endMinute: 8 * 60, allowCategories: [] };
        expect(windowsAround(hours, from), `${zone}, night ${night}`).toContainEqual({ start: from, end: to });
        expect(new Date(localTimeAt(zone, from)).getUTCHours()).toBe(21);
      }
    }
  });

  test("the times that people read are those: hour by hour in the 22 nights around each change, twice a day else [QH-01]", {
    timeout: 120_000,
  }, () => {
    const zones = [...changed, ...others];
    const printed = printHours(python ?? "", installTzdata(python ?? "", zoneDataVersion), { zones, first, days });
    // Where a zone no longer changes, the nights at which it did are New York's.
    const former = changesOf(printed["America/New_York"] ?? []);
    let count = 0;
    const wrong = zones.flatMap((zone) => {
      const changes = [...changesOf(printed[zone] ?? []), ...former];
      return (printed[zone] ?? []).flatMap((hour, index) => {
        if (index % 12 !== 0 && !changes.some((change) => Math.abs(index - change) <= 11 * 24)) return [];
        const iso = new Date(Date.parse(first) + index * 3_600_000).toISOString();
        const text = formatTime("en-US", iso, { zone, style: "long" });
        count += 1;
        return isPrintedAs(text, hour) ? [] : [`${zone} ${iso}: ${text}, not ${hour.join(" ")}`];
      });
    });
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(former).toHaveLength(4);
    expect(count).toBeGreaterThan(zones.length * (days * 2 + 4 * 22 * 24));
  });
});

/** The indices of the hours at which the offset is another than the hour before. */
function changesOf(hours: readonly PrintedHour[]): readonly number[] {
  return hours.flatMap(([, offset], index) => (index > 0 && offset !== hours[index - 1]?.[1] ? [index] : []));
}

/** North American names say an offset of their own, whatever a zone is called by: `PDT` and `MST` are both UTC-7. */
const namedHours: Readonly<Record<string, number>> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

/** Whether the words are the oracle's, and the zone's short name says the oracle's offset. */
function isPrintedAs(text: string, [words, offset]: PrintedHour): boolean {
  return text.startsWith(`${words} `) && secondsOf(text.slice(words.length + 1)) === offset;
}

/** The offset that a short name says, in seconds: `PDT`, `GMT+10:30`. */
function secondsOf(name: string): number | undefined {
  const hours = namedHours[name];
  if (hours !== undefined) return hours * 3_600;
  const [, sign = "+", whole, minutes = "0"] = /^GMT(?:([+-])(\d+)(?::(\d\d))?)?$/.exec(name) ?? [];
  if (!name.startsWith("GMT")) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(whole ?? 0) * 3_600 + Number(minutes) * 60);
}
