/** Where a locale may come from, the most telling first (LOC-01, decision 15). */
export interface LocalePreferences {
  readonly userLocale: string | null;
  /** An Accept-Language header, RFC 9110: `fr-CA,fr;q=0.9`. */
  readonly acceptLanguage: string | null;
  readonly cityDefault: string | null;
}

/** The locale that every template has in the end. */
export const lastLocale = "en-US";

/**
 * The first wish that can be met: user_locale → Accept-Language → city_default → en-US. A wish is met by its own
 * spelling in any case, else by the first available locale of its language (`es-MX` by `es-US`). Undefined when
 * nothing available fits, `en-US` included. Wishes that are no language tag are passed over.
 */
export function resolveLocale(wishes: LocalePreferences, available: readonly string[]): string | undefined {
  const wished = [wishes.userLocale, ...acceptedLanguages(wishes.acceptLanguage ?? ""), wishes.cityDefault, lastLocale];
  for (const wish of wished) {
    const met = wish ? meet(wish.trim(), available) : undefined;
    if (met !== undefined) return met;
  }
  return undefined;
}

function meet(wish: string, available: readonly string[]): string | undefined {
  const tag = wish.replaceAll("_", "-").toLowerCase();
  const language = languageOf(tag);
  return (
    available.find((locale) => locale.toLowerCase() === tag) ??
    available.find((locale) => languageOf(locale.toLowerCase()) === language)
  );
}

function languageOf(tag: string): string {
  return tag.split("-", 1)[0] ?? "";
}

/** The header's tags by descending weight, those of equal weight in their order; `*` and weight 0 left out. */
function acceptedLanguages(header: string): readonly string[] {
  return header
    .split(",", 20)
    .map((range) => {
      const [tag = "", ...parameters] = range.split(";").map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return { tag, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ tag, weight }) => tag !== "" && tag !== "*" && weight > 0)
    .sort((left, right) => right.weight - left.weight)
    .map(({ tag }) => tag);
}
