import type { SettingRules, SettingValues } from "./setting.ts";

/** A value, and a file with it that is read again when it changes: which of the two counts would be unclear. */
export function oneOfBoth(setting: string): SettingRules {
  const file = `${setting}_FILE`;
  return (values) =>
    values[setting] !== undefined && values[file] !== undefined
      ? [`${file}: is set beside ${setting}; keep one of them`]
      : [];
}

/** A certificate and its key. */
export function bothOrNone(certificate: string, key: string): SettingRules {
  return (values) => {
    const missing = [certificate, key].filter((name) => values[name] === undefined);
    const [first] = missing;
    return first !== undefined && missing.length === 1 ? [`${first}: is not set, and its other half is`] : [];
  };
}

/** Settings that do nothing as long as another one says so: somebody believes that they do. */
export function unusedUnless(
  names: readonly string[],
  { isUsed, because }: { readonly isUsed: (values: SettingValues) => boolean; readonly because: string },
): SettingRules {
  return (values) =>
    isUsed(values)
      ? []
      : names.filter((name) => values[name] !== undefined).map((name) => `${name}: does nothing, because ${because}`);
}

/** Several rules as one. */
export function allRules(...rules: readonly SettingRules[]): SettingRules {
  return (values) => rules.flatMap((rule) => rule(values));
}
