/** The sources of a locale, the most specific first (LOC-01, decision 15). */
export interface LocalePreferences {
  readonly userLocale: string | null;
  /** An Accept-Language header, RFC 9110: `fr-CA,fr;q=0.9`. */
  readonly acceptLanguage: string | null;
  readonly cityDefault: string | null;
}

/** The locale that every template falls back to. */
export const lastLocale = "en-US";

/**
 * The first preference that is available: user_locale → Accept-Language → city_default → en-US. A preference matches its
 * own spelling in any case, else the first available locale of its language (`es-MX` matches `es-US`). Undefined if
 * nothing matches, `en-US` included. A preference that is no language tag is skipped.
 */
export function resolveLocale(preferences: LocalePreferences, available: readonly string[]): string | undefined {
  const { userLocale, acceptLanguage, cityDefault } = preferences;
  const candidates = [userLocale, ...acceptedLanguages(acceptLanguage ?? ""), cityDefault, lastLocale];
  for (const candidate of candidates) {
    const locale = candidate ? matchLocale(candidate.trim(), available) : undefined;
    if (locale !== undefined) return locale;
  }
  return undefined;
}

function matchLocale(candidate: string, available: readonly string[]): string | undefined {
  const tag = candidate.replaceAll("_", "-").toLowerCase();
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
