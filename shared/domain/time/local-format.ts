import type { Instant } from "./instant.ts";
import { localTimeAt, offsetAt, zoneOfName } from "./zone.ts";

/** The fields that are shown, without a zone. */
export type LocalStyle = Omit<Intl.DateTimeFormatOptions, "timeZone"> & { readonly timeZoneName?: "short" };

/** Where and how an instant is shown. */
export interface LocalFormat {
  readonly zone: string;
  readonly style: LocalStyle;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const zoneNames = new Map<string, string>();
/** Locales × zones × styles in use are some hundreds. */
const cachedMax = 5_000;

/**
 * An instant as clocks of the zone show it and people of the locale write it. The hour comes from our own zone data; the
 * runtime's data are asked for the words only. Throws `RangeError` for an unknown zone, an invalid locale or instant.
 */
export function formatLocal(locale: string, at: Instant, { zone: name, style }: LocalFormat): string {
  const zone = zoneOfName(name);
  if (zone === undefined) throw new RangeError(`The zone data has no zone '${name}'`);
  const parts = formatter(locale, { ...style, timeZone: "UTC" }).formatToParts(localTimeAt(zone, at));
  const text = parts.map(({ type, value }) => (type === "timeZoneName" ? zoneName(locale, zone, at) : value)).join("");
  // V8 does the same in `format`, and not in its parts: programs and people search for a plain blank.
  return text.replaceAll("\u202f", " ");
}

/** The short name of a zone's time at an instant: `EDT`, `HAE`, `GMT+5:45`. */
function zoneName(locale: string, zone: string, at: Instant): string {
  const offset = offsetAt(zone, at);
  const key = `${locale} ${zone} ${offset} ${new Date(at).getUTCFullYear()}`;
  const known = zoneNames.get(key);
  if (known !== undefined) return known;
  const name = runtimeName(locale, zone, { at, offset }) ?? offsetName(locale, offset);
  if (zoneNames.size >= cachedMax) zoneNames.clear();
  zoneNames.set(key, name);
  return name;
}

const halfYearMs = 183 * 86_400_000;

/**
 * The name that the runtime has for the zone at this offset: at the instant, or half a year from it, where its older data
 * have another offset now. Undefined if it has none.
 */
function runtimeName(
  locale: string,
  zone: string,
  { at, offset }: { readonly at: Instant; readonly offset: number },
): string | undefined {
  if (!isRuntimeZone(zone)) return undefined;
  const like = [at, at + halfYearMs, at - halfYearMs].find((instant) => runtimeOffset(zone, instant) === offset);
  return like === undefined ? undefined : namePart(formatter(locale, { timeZone: zone, timeZoneName: "short" }), like);
}

/** `GMT-7` in the locale's words. */
function offsetName(locale: string, offset: number): string {
  const minutes = Math.abs(Math.round(offset / 60_000));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  const timeZone = `${offset < 0 ? "-" : "+"}${hours}:${rest}`;
  return namePart(formatter(locale, { timeZone, timeZoneName: "short" }), 0) ?? timeZone;
}

/** What the runtime's own data say, ms; undefined for a name that it cannot read. */
function runtimeOffset(zone: string, at: Instant): number | undefined {
  const name = namePart(formatter("en-US", { timeZone: zone, timeZoneName: "longOffset" }), at);
  const [, sign, hours = "0", minutes = "0", seconds = "0"] =
    /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name ?? "") ?? [];
  if (name === undefined) return undefined;
  const ms = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  return sign === "-" ? -ms : ms;
}

function isRuntimeZone(zone: string): boolean {
  try {
    formatter("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    return true;
  } catch {
    return false;
  }
}

function namePart(format: Intl.DateTimeFormat, at: Instant): string | undefined {
  return format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value;
}

/** Creating a formatter costs 114 µs, using it 8. */
function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  if (formatters.size >= cachedMax) formatters.clear();
  formatters.set(key, made);
  return made;
}
