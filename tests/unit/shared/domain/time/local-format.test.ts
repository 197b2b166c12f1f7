import { describe, expect, test } from "vitest";
import { formatLocal, type LocalStyle } from "#shared/domain/time/local-format.ts";
import { localTimeAt } from "#shared/domain/time/zone.ts";
import { offsetsOf } from "#shared/domain/time/zone-data.ts";

const short: LocalStyle = {
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
  timeZoneName: "short",
};
const shown = (locale: string, zone: string, at: string) => formatLocal(locale, Date.parse(at), { zone, style: short });

describe("a local time in words", () => {
  test.each([
    ["en-US", "America/New_York", "2027-03-14T06:59:00Z", "Mar 14, 1:59 AM EST"],
    ["en-US", "America/New_York", "2027-03-14T07:00:00Z", "Mar 14, 3:00 AM EDT"],
    ["en-US", "Asia/Kathmandu", "2027-03-14T07:00:00Z", "Mar 14, 12:45 PM GMT+5:45"],
    ["fr-CA", "America/Toronto", "2026-07-01T20:00:00Z", "1 juill., 16 h 00 HAE"],
    ["en-US", "UTC", "2026-07-01T20:00:00Z", "Jul 1, 8:00 PM UTC"],
    ["en-US", "+05:30", "2026-12-01T20:00:00Z", "Dec 2, 1:30 AM GMT+5:30"],
    ["en-US", "-03:30", "2026-12-01T20:00:00Z", "Dec 1, 4:30 PM GMT-3:30"],
  ])("%s in %s at %s", (...[locale, zone, at, text]) => expect(shown(locale, zone, at)).toBe(text));

  test("has the hour of our data where the runtime's are older, and a name that fits it", () => {
    expect(shown("en-US", "America/Winnipeg", "2026-12-01T20:00:00Z")).toBe("Dec 1, 3:00 PM CDT");
    expect(shown("en-US", "America/Inuvik", "2026-12-01T20:00:00Z")).toBe("Dec 1, 2:00 PM MDT");
    expect(shown("en-US", "America/Havana", "2026-12-01T20:00:00Z")).toBe("Dec 1, 4:00 PM GMT-4");
    expect(shown("en-US", "America/Vancouver", "2026-12-01T20:00:00Z")).toBe("Dec 1, 1:00 PM PDT");
  });

  test("shows what the clocks show in the 22 nights around each change of two years", () => {
    const changed = ["America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Inuvik", "America/Havana"];
    const more = ["Africa/Casablanca", "Africa/El_Aaiun", "Europe/Chisinau", "America/New_York", "Australia/Lord_Howe"];
    const style: LocalStyle = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", day: "2-digit" };
    let nights = 0;
    for (const zone of [...changed, ...more]) {
      const changes = (offsetsOf(zone)?.untils ?? []).filter((at) => at > Date.UTC(2026, 0) && at < Date.UTC(2028, 0));
      for (const change of changes) {
        for (let night = -11; night <= 11; night++) {
          const at = change + night * 86_400_000;
          const wall = new Date(localTimeAt(zone, at)).toISOString();
          expect(formatLocal("en-GB", at, { zone, style })).toBe(`${wall.slice(8, 10)}, ${wall.slice(11, 16)}`);
          nights++;
        }
      }
    }
    expect(nights).toBeGreaterThan(22 * 20);
  });

  test("a zone, a locale or an instant that is none is an error", () => {
    expect(() => shown("en-US", "Mars/Olympus", "2027-03-14T07:00:00Z")).toThrow(RangeError);
    expect(() => shown("no locale", "UTC", "2027-03-14T07:00:00Z")).toThrow(RangeError);
    expect(() => shown("en-US", "UTC", "soon")).toThrow(RangeError);
  });
});
