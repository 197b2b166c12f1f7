import { z } from "zod";

/** Names and values as an environment has them. An empty value counts as not set. */
export type SettingValues = Readonly<Record<string, string | undefined>>;

/** One setting, as `docs/configuration.md` has it. */
export interface SettingDescription {
  readonly name: string;
  /** The title of its table. */
  readonly group: string;
  /** What it means, a sentence or two. */
  readonly meaning: string;
  readonly isSecret: boolean;
  readonly isRequired: boolean;
  /** The providers that require it where they are chosen, by name. Absent: it does not depend on a choice. */
  readonly requiredWith?: readonly string[];
  /** The value that holds if it is not set, as one would write it; undefined where that is nothing. */
  readonly byDefault: string | undefined;
}

/** A part of the configuration, or every issue with it: a sentence each, which begins with the setting's name. */
export type SettingsResult<Config> =
  | { readonly kind: "config"; readonly config: Config }
  | { readonly kind: "issues"; readonly issues: readonly string[] };

/** What one part of the product reads of the environment. */
export interface Settings<Config> {
  /** Every setting that it may read. */
  readonly descriptions: readonly SettingDescription[];
  /** Takes nothing but the values, and the files that accounts among them name. No issue repeats a value: it may be secret. */
  read(values: SettingValues): SettingsResult<Config>;
}

/** What reading some settings gives. */
export type ConfigOf<From> = From extends Settings<infer Config> ? Config : never;

interface SettingMeta {
  readonly description: string;
  readonly isSecret: boolean;
}

const described = z.registry<SettingMeta>();

/** A setting: how its text is read, and what it means. `secret` keeps its default and its value out of every page and line. */
export function setting<Type extends z.ZodType>(
  type: Type,
  meaning: string,
  { secret = false }: { readonly secret?: boolean } = {},
): Type {
  described.add(type, { description: meaning, isSecret: secret });
  return type;
}

type Shape = Readonly<Record<string, z.ZodType>>;
type ShapeConfig<Of extends Shape> = { readonly [Name in keyof Of]: z.output<Of[Name]> };

/** Issues between settings, from the texts that are set, so that they are told together with those of a single one. */
export type SettingRules = (values: SettingValues) => readonly string[];

/** Settings by name, in a table of their own on `docs/configuration.md`. */
export function settingGroup<Of extends Shape>(
  title: string,
  shape: Of,
  rules: SettingRules = () => [],
): Settings<ShapeConfig<Of>> {
  return {
    descriptions: Object.entries(shape).map(([name, type]) => ({ ...descriptionOf(name, type), group: title })),
    read: (values) => {
      const known = setValues(Object.keys(shape), values);
      const parsed = z.object(shape).safeParse(known);
      const found = parsed.error?.issues.map((issue) => sentenceOf(issue, known)) ?? [];
      const issues = [...found, ...rules(known)];
      return parsed.success && issues.length === 0
        ? { kind: "config", config: parsed.data as never }
        : { kind: "issues", issues };
    },
  };
}

/** Several parts as one. All of their issues are told together, each once. */
export function combineSettings<Parts extends readonly Settings<object>[]>(
  ...parts: Parts
): Settings<CombinedConfig<Parts>> {
  return {
    descriptions: [...new Map(parts.flatMap((part) => part.descriptions).map((one) => [one.name, one])).values()],
    read: (values) => {
      const results = parts.map((part) => part.read(values));
      const issues = [...new Set(results.flatMap((result) => (result.kind === "issues" ? result.issues : [])))];
      if (issues.length > 0) return { kind: "issues", issues };
      const configs = results.map((result) => (result.kind === "config" ? result.config : {}));
      const names = new Set(parts.flatMap((part) => part.descriptions.map(({ name }) => name)));
      return { kind: "config", config: mergeConfigs(configs, names) };
    },
  };
}

/** Two parts may read one setting. Anything else that two parts name alike is a programming error: one would replace the other. */
function mergeConfigs(configs: readonly object[], settings: ReadonlySet<string>): never {
  const names = configs.flatMap(Object.keys).filter((name) => !settings.has(name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`Two parts of the configuration are called ${twice}`);
  return Object.assign({}, ...configs) as never;
}

/** The configurations of all parts in one object. */
export type CombinedConfig<Parts extends readonly Settings<object>[]> = Parts extends readonly [
  Settings<infer First>,
  ...infer Rest extends readonly Settings<object>[],
]
  ? First & CombinedConfig<Rest>
  : object;

function descriptionOf(name: string, type: z.ZodType): Omit<SettingDescription, "group"> {
  const meta = described.get(type);
  if (!meta) throw new TypeError(`${name} has no meaning: declare it with setting()`);
  const { description: meaning, isSecret } = meta;
  const absent = type.safeParse(undefined);
  const isPlain = absent.success && ["string", "number", "boolean"].includes(typeof absent.data);
  const text = isPlain && !isSecret ? String(absent.data) : "";
  return { name, meaning, isSecret, isRequired: !absent.success, byDefault: text === "" ? undefined : text };
}

function setValues(names: readonly string[], values: SettingValues): Readonly<Record<string, string>> {
  const found = names.map((name) => [name, values[name]] as const);
  return Object.fromEntries(
    found.filter((one): one is readonly [string, string] => one[1] !== undefined && one[1] !== ""),
  );
}

/** A setting that is not set has one issue, in whichever words its type complains. */
function sentenceOf({ path, message }: z.core.$ZodIssue, known: SettingValues): string {
  const name = path.join(".");
  return `${name}: ${known[name] === undefined ? "is not set" : message}`;
}
