/**
 * The locale that most people of a city read, if it is not the one that every template falls back to (decision 15).
 * Among the locales of go-live (LOC-04) these are French in Québec and Spanish in Puerto Rico.
 */
const localeOfCity: Readonly<Record<string, string>> = {
  montreal: "fr-CA",
  quebec: "fr-CA",
  "quebec city": "fr-CA",
  laval: "fr-CA",
  gatineau: "fr-CA",
  sherbrooke: "fr-CA",
  "san juan": "es-US",
  ponce: "es-US",
};

/** Above the name of any city, with a mark on every letter. Bringing marks in order costs the square of their number. */
const charsMax = 200;

/** The default locale of a city, BCP 47, or null. Case, accents and surrounding spaces do not matter. */
export function cityLocale(city: string | null): string | null {
  if (city === null || city.length > charsMax) return null;
  const plain = city.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();
  return Object.hasOwn(localeOfCity, plain) ? (localeOfCity[plain] ?? null) : null;
}
