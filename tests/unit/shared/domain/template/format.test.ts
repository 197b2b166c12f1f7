import { describe, expect, it } from "vitest";
import { formatMoney, formatNumber, formatPlural, formatTime } from "#shared/domain/template/format.ts";

/** Intl writes some blanks as no-break spaces; which ones changes with its data. */
function plain(text: string): string {
  return text.replaceAll(/[\u00a0\u202f]/g, " ");
}

describe("formats", () => {
  it.each([
    { locale: "en-US", amount_micros: 245_000_000, currency: "USD", expected: "$245.00" },
    { locale: "fr-CA", amount_micros: 4_500_000, currency: "CAD", expected: "4,50 $" },
    { locale: "en-US", amount_micros: 1_999_000, currency: "JPY", expected: "¥2" },
    { locale: "en-US", amount_micros: -500_000, currency: "USD", expected: "-$0.50" },
  ])("money in $locale: $amount_micros micros of $currency", ({ locale, amount_micros, currency, expected }) => {
    expect(plain(formatMoney(locale, { amount_micros, currency }))).toBe(expected);
  });

  it("times in the zone given, across its change of rules", () => {
    const at = (iso: string, zone: string) => plain(formatTime("en-US", iso, { zone, style: "short" }));
    expect(at("2027-03-14T06:59:00Z", "America/New_York")).toBe("Mar 14, 1:59 AM EST");
    expect(at("2027-03-14T07:00:00Z", "America/New_York")).toBe("Mar 14, 3:00 AM EDT");
    expect(at("2027-03-14T07:00:00Z", "Asia/Kathmandu")).toBe("Mar 14, 12:45 PM GMT+5:45");
    expect(formatTime("fr-CA", "2027-03-01T03:00:00Z", { zone: "America/Toronto", style: "date" })).toBe(
      "28 février 2027",
    );
  });

  it("refuses a zone or an instant that is none", () => {
    expect(() => formatTime("en-US", "2027-03-14T07:00:00Z", { zone: "Mars/Olympus", style: "long" })).toThrow(
      RangeError,
    );
    expect(() => formatTime("en-US", "soon", { zone: "UTC", style: "long" })).toThrow(RangeError);
  });

  it("numbers by locale", () => {
    expect(plain(formatNumber("fr-CA", 1234.5))).toBe("1 234,5");
  });
});

describe("plurals [LOC-02]", () => {
  it.each([
    ["en-US", 0, "0 messages"],
    ["en-US", 1, "1 message"],
    ["fr-CA", 0, "0 message"],
    ["fr-CA", 2, "2 messages"],
    ["en-US", 1234, "1,234 messages"],
  ])("in %s of %d", (locale, count, expected) => {
    expect(formatPlural(locale, count, { one: "# message", other: "# messages" })).toBe(expected);
  });

  it("takes the rules of the language and falls back to other", () => {
    expect(formatPlural("pl", 3, { one: "# plik", few: "# pliki", many: "# plików", other: "# pliku" })).toBe(
      "3 pliki",
    );
    expect(formatPlural("pl", 5, { other: "# pliku" })).toBe("5 pliku");
    expect(() => formatPlural("en-US", 2, { one: "#" })).toThrow("A plural has no form 'other'");
  });
});
