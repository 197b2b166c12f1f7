import { describe, expect, test } from "vitest";
import { windowsAround } from "#shared/domain/quiet-hours/window.ts";
import { instantOf, localTimeAt, offsetAt } from "#shared/domain/time/zone.ts";
import { zoneDataVersion, zoneNames } from "#shared/domain/time/zone-data.ts";
import { askZoneinfo, findPython, installTzdata } from "#tests/support/zone-oracle.ts";

const first = "2026-01-01";
const days = 730;
const dayMs = 86_400_000;
const python = findPython();

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
    const changed = ["America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Inuvik", "America/Havana"];
    const more = ["Africa/Casablanca", "Africa/El_Aaiun", "Europe/Chisinau"];
    for (const zone of [...changed, ...more]) {
      const { start = [], end = [] } = oracle.zones[zone] ?? {};
      for (let night = 0; night < days - 1; night++) {
        const [from, to] = [start[night] as number, end[night + 1] as number];
        const hours = { tz: zone, startMinute: 21 * 60, endMinute: 8 * 60, allowCategories: [] };
        expect(windowsAround(hours, from), `${zone}, night ${night}`).toContainEqual({ start: from, end: to });
        expect(new Date(localTimeAt(zone, from)).getUTCHours()).toBe(21);
      }
    }
  });
});
