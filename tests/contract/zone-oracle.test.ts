import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { windowsAround } from "#shared/domain/quiet-hours/window.ts";
import { formatTime, type TimeStyle } from "#shared/domain/template/format.ts";
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

describe.skipIf(python === undefined)(
  "local times against Python's zoneinfo on PyPI's tzdata",
  { timeout: 120_000 },
  () => {
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
  },
);

describe.skipIf(python === undefined)("local times that people read, against the same", { timeout: 120_000 }, () => {
  test("are right hour by hour in the 22 nights around each change, twice a day else [QH-01]", () => {
    const zones = [...changed, ...others];
    const printed = printHours(python ?? "", installTzdata(python ?? "", zoneDataVersion), { zones, first, days });
    // Where a zone no longer changes, the nights at which it did are New York's.
    const former = changesOf(printed["America/New_York"] ?? []);
    const counts = new Map<ShownForm, number>();
    let around = 0;
    let turn = 0;
    const wrong = zones.flatMap((zone) => {
      const changes = [...changesOf(printed[zone] ?? []), ...former];
      return (printed[zone] ?? []).flatMap((hour, index) => {
        const isWithin = (hours: number) => changes.some((change) => Math.abs(index - change) <= hours);
        const isAround = isWithin(11 * 24);
        if (index % 12 !== 0 && !isAround) return [];
        if (isAround) around += 1;
        // In the hours around a change every form that a template may have; elsewhere one after the other.
        const forms = isAround && isWithin(2) ? shownForms : [shownForms[turn++ % shownForms.length] as ShownForm];
        for (const form of forms) counts.set(form, (counts.get(form) ?? 0) + 1);
        return forms.flatMap((form) => faultsOf(form, { zone, at: Date.parse(first) + index * 3_600_000, hour }));
      });
    });
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(former).toHaveLength(4);
    expect(around).toBeGreaterThan(zones.length * 4 * 22 * 24);
    expect([...counts.keys()]).toHaveLength(9);
    expect(Math.min(...counts.values())).toBeGreaterThan((zones.length * 4 * 22 * 24) / 9);
  });
});

/** What each style shows in numbers. The names of days and months are the runtime's. */
const shownNumbers: Readonly<Record<TimeStyle, readonly ("day" | "year" | "hour" | "minute")[]>> = {
  long: ["day", "year", "hour", "minute"],
  short: ["day", "hour", "minute"],
  date: ["day", "year"],
};

interface ShownForm {
  readonly locale: string;
  readonly style: TimeStyle;
}

/** Every locale of the catalogue in every style that a template can ask for. */
const shownForms: readonly ShownForm[] = localesOf("catalog/templates").flatMap((locale) =>
  (Object.keys(shownNumbers) as TimeStyle[]).map((style) => ({ locale, style })),
);

/** The folders of all versions of all templates. */
function localesOf(folder: string): readonly string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isDirectory());
  return [...new Set(found.map(({ name }) => name).filter((name) => /^[a-z]{2,3}-[A-Z]{2}$/.test(name)))];
}

interface ShownInstant {
  readonly zone: string;
  readonly at: number;
  readonly hour: PrintedHour;
}

/** What is wrong with an instant as it is shown: a number, the half of the day, or the offset that the zone's name says. */
function faultsOf({ locale, style }: ShownForm, { zone, at, hour: printed }: ShownInstant): readonly string[] {
  const offset = printed[1];
  const iso = new Date(at).toISOString();
  const text = formatTime(locale, iso, { zone, style });
  const [, time = "", name = ""] = (style === "date" ? undefined : /^(.*) (\S+)$/.exec(text)) ?? ["", text];
  const local = new Date(at + offset * 1_000);
  const half = /\b([ap])\.? ?m\b/i.exec(time)?.[1]?.toLowerCase();
  const hour = local.getUTCHours();
  const right = {
    day: local.getUTCDate(),
    year: local.getUTCFullYear(),
    hour: half === undefined ? hour : hour % 12 || 12,
    minute: local.getUTCMinutes(),
  };
  const isHalf = half === undefined || half === (hour < 12 ? "a" : "p");
  const isNamed = style === "date" || secondsOf(name) === offset;
  const isShown =
    (time.match(/\d+/g) ?? []).map(Number).join() === shownNumbers[style].map((part) => right[part]).join();
  const isWorded = locale !== "en-US" || style !== "long" || isPrintedAs(text, printed);
  const isRight = isShown && isHalf && isNamed && isWorded;
  return isRight ? [] : [`${locale} ${style} ${zone} ${iso}: ${text}, not ${printed.join(" ")}`];
}

/** The indices of the hours at which the offset is another than the hour before. */
function changesOf(hours: readonly PrintedHour[]): readonly number[] {
  return hours.flatMap(([, offset], index) => (index > 0 && offset !== hours[index - 1]?.[1] ? [index] : []));
}

/** North American names, in English and in French, say an offset of their own, whatever a zone is called by: `PDT` and `MST` are both UTC-7. */
const namedHours: Readonly<Record<string, number>> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  HNE: -5,
  HAE: -4,
  HNC: -6,
  HAC: -5,
  HNR: -7,
  HAR: -6,
  HNP: -8,
  HAP: -7,
};

/** Whether the words are the oracle's, and the zone's short name says the oracle's offset. */
function isPrintedAs(text: string, [words, offset]: PrintedHour): boolean {
  return text.startsWith(`${words} `) && secondsOf(text.slice(words.length + 1)) === offset;
}

/** The offset that a short name says, in seconds: `PDT`, `GMT+10:30`. */
function secondsOf(name: string): number | undefined {
  const hours = namedHours[name];
  if (hours !== undefined) return hours * 3_600;
  const [all, sign = "+", whole, minutes = "0"] = /^(?:GMT|UTC)(?:([+−-])(\d+)(?::(\d\d))?)?$/.exec(name) ?? [];
  if (all === undefined) return undefined;
  return (sign === "+" ? 1 : -1) * (Number(whole ?? 0) * 3_600 + Number(minutes) * 60);
}
