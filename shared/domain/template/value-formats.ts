import { isInCalendar } from "../time/calendar.ts";
import { spellingOf } from "../time/zone-data.ts";

/** A format that a schema may name: what fits it can be shown on every channel. */
export interface ValueFormat {
  /** Total and linear in the text, which may be anybody's. */
  readonly fits: (text: string) => boolean;
  /** What a text that does not fit should have been; it ends a sentence. */
  readonly expected: string;
}

/** The longest URL that common mail programs and proxies take. */
const urlLengthMax = 2_048;

/** Our own formats. They stand above those of the same name that the schema library brings. */
export const valueFormats: Readonly<Record<string, ValueFormat>> = {
  "date-time": { fits: isDateTime, expected: "a date and time with an offset, as 2027-03-14T17:30:00Z" },
  date: { fits: (text) => isDateTime(`${text}T00:00:00Z`), expected: "a date, as 2027-03-14" },
  "time-zone": {
    fits: (text) => spellingOf(text) !== undefined,
    expected: "a time zone by its IANA name, as Europe/Berlin",
  },
  currency: { fits: isCurrency, expected: "an ISO 4217 currency, as EUR" },
  locale: { fits: isLocale, expected: "a language tag, as fr-CA" },
  uri: { fits: isUrl, expected: "an absolute URL" },
  text: { fits: isVisible, expected: "a text with something to be seen in it" },
};

const dateTime = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:[Zz]|[+-](\d\d):(\d\d))$/;

/** RFC 3339 without leap seconds, which no calendar of a runtime can show; from the year 100 on. */
function isDateTime(text: string): boolean {
  if (text.length > 40) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ...offset] =
    dateTime
      .exec(text)
      ?.slice(1)
      .map((part) => Number(part ?? 0)) ?? [];
  const [offsetHour = 0, offsetMinute = 0] = offset;
  const isOnClock = hour < 24 && minute < 60 && second < 60 && offsetHour < 24 && offsetMinute < 60;
  const at = Date.UTC(year, month - 1, day);
  const date = new Date(at);
  // A month or a day that does not exist rolls over into another one.
  const isOnCalendar = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCFullYear() === year;
  return isOnClock && isOnCalendar && isInCalendar(at);
}

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

function isCurrency(text: string): boolean {
  return currencies.has(text);
}

function isLocale(text: string): boolean {
  try {
    return text.length <= 35 && Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** ASCII, with a host and without a user: what stands before an @ is taken for the host by people. */
function isUrl(text: string): boolean {
  if (text.length > urlLengthMax || !/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/(?![/?#])[\x21-\x7e]+$/.test(text)) return false;
  if (/["<>\\^`{|}]/.test(text) || !URL.canParse(text)) return false;
  const { hostname, username, password } = new URL(text);
  return hostname !== "" && username === "" && password === "";
}

/** A part of a message is blank without such a character. */
function isVisible(text: string): boolean {
  return /[^\s\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/u.test(text);
}
