import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTime } from "#shared/domain/template/format.ts";
import { valueFormats } from "#shared/domain/template/value-formats.ts";
import { zoneNames } from "#shared/domain/time/zone-data.ts";

function fits(format: string, text: string): boolean | undefined {
  return valueFormats[format]?.fits(text);
}

describe("the formats of values", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      "date-time",
      ["2027-03-14T17:30:00Z", "2027-03-14t17:30:00.123456789z", "2028-02-29T00:00:00+14:00", "0100-01-01T00:00:00Z"],
      [
        "2027-06-30T23:59:60Z",
        "2027-06-30T24:00:00Z",
        "2027-02-29T00:00:00Z",
        "2027-04-31T00:00:00Z",
        "2027-13-01T00:00:00Z",
        "2027-00-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0099-01-01T00:00:00Z",
        "2027-03-14 17:30:00Z",
        "2027-03-14T17:30:00",
        "2027-03-14T17:30Z",
        "2027-03-14T17:30:00+24:00",
        "2027-03-14T17:30:00+0530",
        "2027-03-14",
        "+002027-03-14T17:30:00Z",
        "",
      ],
    ],
    ["date", ["2027-03-14", "2028-02-29"], ["2027-02-29", "2027-3-14", "14.03.2027", ""]],
    [
      "time-zone",
      ["America/New_York", "Europe/Berlin", "UTC", "Asia/Kolkata", "america/new_york", "Etc/GMT-1"],
      ["Pacific Standard Time", "GMT+02:00", "UTC+2", "Berlin", "+02:00", "Mars/Olympus", "constructor", "", " UTC"],
    ],
    ["currency", ["USD", "EUR", "JPY"], ["ZZZ", "usd", "US", "$", "", "Euro"]],
    ["locale", ["en-US", "fr-CA", "zh-Hant-TW"], ["english!", "en_US", "", "e", "x".repeat(100)]],
    [
      "uri",
      ["https://app.example.com/bookings/bk_7Q2M?x=%20#y", "http://localhost:3000", "https://xn--bcher-kva.example"],
      [
        "https://",
        "https:///path",
        "https://user@app.example.com/",
        "https://app.example.com@evil.example/",
        "https://a b.example",
        "https://app.example.com/\n",
        'https://app.example.com/"><script>',
        "https://bücher.example/",
        "https://[::1",
        "/bookings",
        "javascript:alert(1)",
        `https://app.example.com/${"x".repeat(3_000)}`,
      ],
    ],
    ["text", ["a", " a ", "漢", "🙂", "1"], ["", " ", "\u0001", "\u00a0\u2003", "\u200b\u2060", "\n\t", "\u2028"]],
  ])("%s", (format, good, bad) => {
    expect(good.filter((text) => fits(format, text) !== true)).toEqual([]);
    expect(bad.filter((text) => fits(format, text) !== false)).toEqual([]);
  });
});

describe("a time and a zone that fit", () => {
  it("can be shown [TPL-05]", () => {
    let shown = 0;
    const zones = fc.oneof(fc.constantFrom(...zoneNames()), fc.string());
    const times = fc.oneof(
      fc
        .date({ noInvalidDate: true, min: new Date("0001-01-02"), max: new Date("9999-12-29") })
        .map((at) => at.toISOString()),
      fc.stringMatching(/^\d{4}-\d\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d(Z|[+-][0-2]\d:[0-6]\d)$/),
    );
    fc.assert(
      fc.property(times, zones, (time, zone) => {
        if (fits("date-time", time) !== true || fits("time-zone", zone) !== true) return;
        expect(formatTime("en-US", time, { zone, style: "long" })).not.toBe("");
        shown++;
      }),
      { numRuns: 500 },
    );
    expect(shown).toBeGreaterThan(50);
  });
});
