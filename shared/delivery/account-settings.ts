import { parseDocument } from "yaml";
import { z } from "zod";
import { channelName, type KnownChannel } from "#shared/domain/message/channel.ts";
import { type ReadFile, resolveFiles } from "#shared/platform/config/file-values.ts";
import { gatewayUrlSettings } from "#shared/platform/config/gateway-url-settings.ts";
import {
  type ConfigOf,
  combineSettings,
  type SettingDescription,
  type Settings,
  type SettingsResult,
  type SettingValues,
  setting,
  settingGroup,
} from "#shared/platform/config/setting.ts";
import { unsubscribeSettings } from "#shared/platform/config/unsubscribe-settings.ts";
import type { Provider, ProviderNeed } from "./providers/provider.ts";
import { allProviders, providerOf, providersOf } from "./providers/registry.ts";

/** An account as it is configured. Its configuration holds secrets. */
export interface AccountConfig {
  readonly id: string;
  /** Absent for the default account. */
  readonly tenant?: string;
  readonly provider: Provider;
  /** What `provider.settings` read. */
  readonly config: object;
}

/**
 * The accounts of a channel, the default one first, under a name of the channel's own: one process may host several
 * senders, and has one configuration.
 */
export type AccountsConfig<Channel extends KnownChannel> = {
  readonly [Name in `${Lowercase<Channel>}Accounts`]: readonly AccountConfig[];
};

/** The accounts of a channel in a configuration that holds them. */
export function accountsIn<Channel extends KnownChannel>(
  config: AccountsConfig<Channel>,
  channel: Channel,
): readonly AccountConfig[] {
  return (config as Readonly<Record<string, readonly AccountConfig[]>>)[keyOf(channel)] ?? [];
}

function keyOf(channel: KnownChannel): string {
  return `${channelName(channel)}Accounts`;
}

/** Where links and callbacks lead, and what signs them: there if a provider of the channel needs it. */
export type OriginConfig = ConfigOf<typeof gatewayUrlSettings> & ConfigOf<typeof unsubscribeSettings>;

/** One account as `COMMS_ACCOUNTS` has it, not yet read by its provider. */
export interface AccountEntry {
  readonly id: string;
  readonly tenant: string;
  readonly provider: Provider;
  readonly settings: Readonly<Record<string, string>>;
}

/** The accounts of tenants, on all channels. */
export const tenantAccountSettings = settingGroup("Accounts", {
  COMMS_ACCOUNTS: setting(
    z.string().optional(),
    "Accounts of tenants, a list in YAML: `id`, `tenant`, `provider`, and `settings` by the names on this page, all of them " +
      "the account's own: nothing is taken from the environment. `NAME_FILE` names a file with the value.",
    { secret: true },
  ),
});

/** What stands in the place of a provider's name where a channel is not used. */
const noProvider = "none";

/** The provider of a channel's default account, the first of the names unless it is set; `none` where there is none. */
export function providerChoice(
  channel: KnownChannel,
  names: readonly string[],
): Settings<{ readonly provider: string }> {
  const name = providerSettingOf(channel);
  const list = names.join(", ");
  const type = z.enum([...names, noProvider], `is none of ${list}`).default(names[0] ?? noProvider);
  const meaning = `The provider of the default account for ${channelName(channel)}: ${list}; \`${noProvider}\` where the channel is not used.`;
  const choice = settingGroup("Accounts", { [name]: setting(type, meaning) });
  return {
    descriptions: choice.descriptions,
    read: (values) => {
      const read = choice.read(values);
      return read.kind === "config" ? { kind: "config", config: { provider: String(read.config[name]) } } : read;
    },
  };
}

function providerSettingOf(channel: KnownChannel): string {
  return `COMMS_${channelName(channel).toUpperCase()}_PROVIDER`;
}

const entrySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, "may hold small letters, digits and - only, 40 at most"),
  // An event of the default account may be any tenant's, and is `default` until its message is found.
  tenant: z
    .string()
    .min(1, "is empty")
    .refine((tenant) => tenant !== "default", "default has the account of the environment"),
  provider: z.string(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)),
});

/** How accounts are read. */
export interface AccountOptions {
  readonly readFile?: ReadFile;
  /** Whether to leave out what only a sender needs: a default account, and what providers take from the process. Default false. */
  readonly accountsOnly?: boolean;
}

/**
 * Reads the accounts of one channel: the default one from the names of its provider, which `COMMS_<CHANNEL>_PROVIDER`
 * chooses, and those of tenants from `COMMS_ACCOUNTS`; with them what their providers need of the process. All issues are
 * reported together; those with the settings of another channel's account are left to that channel. It opens the files that
 * accounts name, and nothing else.
 */
export function accountSettings<Channel extends KnownChannel>(
  channel: Channel,
  options: AccountOptions = {},
): Settings<AccountsConfig<Channel> & Partial<OriginConfig>> {
  const known = providersOf(channel);
  const choice = providerChoice(
    channel,
    known.map(({ name }) => name),
  );
  return {
    descriptions: mergeDescriptions([
      ...choice.descriptions,
      ...tenantAccountSettings.descriptions,
      ...known.flatMap((one, index) => describeProvider(one, { isDefault: index === 0, ...options })),
    ]),
    read: (values) => {
      const chosen = choice.read(values);
      const provider = chosen.kind === "config" ? providerOf(chosen.config.provider) : undefined;
      const { entries, issues } = accountEntries(values["COMMS_ACCOUNTS"] || "[]");
      const own = entries.filter((entry) => entry.provider.channel === channel);
      const lacksDefault = chosen.kind === "config" && provider === undefined && !options.accountsOnly;
      const accounts = [
        ...(provider ? [readDefault(provider, values)] : []),
        ...own.map((entry) => readEntry(entry, options.readFile)),
      ];
      const used = [...(provider ? [provider] : []), ...own.map((entry) => entry.provider)];
      const needs = readNeeds(options.accountsOnly ? [] : used, values);
      const found = [
        ...issuesIn(chosen),
        ...(lacksDefault ? [`${providerSettingOf(channel)}: is ${noProvider}, and a sender needs one`] : []),
        ...issues,
        ...accounts.flatMap(issuesIn),
        ...issuesIn(needs),
      ];
      if (found.length > 0 || needs.kind === "issues") return { kind: "issues", issues: found };
      const configs = accounts.flatMap((one) => (one.kind === "config" ? [one.config] : []));
      return { kind: "config", config: { ...needs.config, [keyOf(channel)]: configs } as never };
    },
  };
}

/** What two providers share is described once, as the default one has it, with the names of both. */
function mergeDescriptions(all: readonly SettingDescription[]): readonly SettingDescription[] {
  return [...Map.groupBy(all, ({ name }) => name).values()].map((same) => {
    const first = same[0] as SettingDescription;
    const requiredWith = same.flatMap((one) => one.requiredWith ?? []);
    return requiredWith.length > 0 ? { ...first, requiredWith } : first;
  });
}

function issuesIn(result: SettingsResult<object>): readonly string[] {
  return result.kind === "issues" ? result.issues : [];
}

const needSettings: Readonly<Record<ProviderNeed, Settings<object>>> = {
  gatewayUrl: gatewayUrlSettings,
  unsubscribeKeys: unsubscribeSettings,
};

/** What these providers need of the process, each part read once. */
function readNeeds(providers: readonly Provider[], values: SettingValues): SettingsResult<object> {
  const needs = new Set(providers.flatMap((provider) => provider.needs ?? []));
  return combineSettings(...[...needs].map((need) => needSettings[need])).read(values);
}

/** What a provider's settings mean, and those of what it needs. They are required where it is chosen. */
function describeProvider(
  { name, settings: own, needs = [] }: Provider,
  { isDefault, accountsOnly = false }: AccountOptions & { readonly isDefault: boolean },
): readonly SettingDescription[] {
  const parts = [own, ...(accountsOnly ? [] : needs).map((need) => needSettings[need])];
  return parts
    .flatMap((part) => part.descriptions)
    .map((one) => (one.isRequired ? { ...one, isRequired: isDefault, requiredWith: [name] } : one));
}

function readDefault(provider: Provider, values: SettingValues): SettingsResult<AccountConfig> {
  const read = provider.settings.read(values);
  if (read.kind === "issues") return read;
  return { kind: "config", config: { id: `${provider.name}:default`, provider, config: read.config } };
}

/** A tenant's account. It says all of its settings itself: a password of ours never goes to a host of theirs. */
function readEntry(entry: AccountEntry, readFile: ReadFile | undefined): SettingsResult<AccountConfig> {
  const { id, tenant, provider, settings: written } = entry;
  const known = settingNamesOf(provider);
  const { values, issues } = resolveFiles(written, { settings: known, ...(readFile && { readFile }) });
  const unknown = Object.keys(values).filter((name) => !known.has(name));
  const missing = (provider.requiredOfTenants ?? []).filter((name) => !values[name]);
  const read = provider.settings.read(values);
  const found = [
    ...issues,
    ...missing.map((name) => `${name}: is not set, and an account of a tenant needs it`),
    ...unknown.map((name) => `${name}: is no setting of ${provider.name}`),
    ...issuesIn(read),
  ];
  if (found.length > 0 || read.kind === "issues")
    return { kind: "issues", issues: found.map((one) => ofAccount(id, one)) };
  return { kind: "config", config: { id, tenant, provider, config: read.config } };
}

/** The names that an account of a provider may set: for the sender, and for the gateway where the webhook has some. */
function settingNamesOf({ settings: own, webhook }: Provider): ReadonlySet<string> {
  return new Set([...namesIn(own), ...(webhook ? namesIn(webhook.settings) : [])]);
}

function namesIn({ descriptions }: Settings<object>): readonly string[] {
  return descriptions.map(({ name }) => name);
}

/**
 * Reads a part of a tenant's account: what its webhook is configured by, say. Opens the files that the account names for
 * this part, and no others: the gateway has no business with a key that mail is sent with.
 */
export function readAccountPart<Config extends object>(
  { id, settings: written }: AccountEntry,
  part: Settings<Config>,
  readFile?: ReadFile,
): SettingsResult<Config> {
  const names = namesIn(part);
  const own = names.flatMap((name) => [name, `${name}_FILE`]).map((name) => [name, written[name]] as const);
  const { values, issues } = resolveFiles(Object.fromEntries(own), {
    settings: new Set(names),
    ...(readFile && { readFile }),
  });
  const read = part.read(values);
  const found = [...issues, ...issuesIn(read)];
  if (found.length > 0 || read.kind === "issues")
    return { kind: "issues", issues: found.map((one) => ofAccount(id, one)) };
  return read;
}

/**
 * The accounts that the text of `COMMS_ACCOUNTS` lists, of all channels, with the issues of the list itself: it cannot be
 * read, an entry has the wrong form, a provider is unknown, an id or a tenant's channel is named twice.
 */
export function accountEntries(text: string): {
  readonly entries: readonly AccountEntry[];
  readonly issues: readonly string[];
} {
  const list = z.array(z.unknown()).safeParse(parsedYaml(text));
  if (!list.success) return { entries: [], issues: ["COMMS_ACCOUNTS: is not a list in YAML that can be read"] };
  const entries: AccountEntry[] = [];
  const issues: string[] = [];
  for (const [index, one] of list.data.entries()) {
    const parsed = entrySchema.safeParse(one);
    if (!parsed.success) {
      issues.push(...parsed.error.issues.map((issue) => describe(index + 1, issue)));
      continue;
    }
    const provider = providerOf(parsed.data.provider);
    const entry = provider && { ...parsed.data, provider };
    const issue = entry ? conflictOf(entry, entries) : unknownProvider;
    if (issue) issues.push(ofAccount(parsed.data.id, issue));
    if (entry) entries.push(entry);
  }
  return { entries, issues };
}

const unknownProvider = `provider: is none of ${allProviders.map(({ name }) => name).join(", ")}`;

function conflictOf({ id, tenant, provider }: AccountEntry, before: readonly AccountEntry[]): string | undefined {
  if (before.some((one) => one.id === id)) return "id: is that of an earlier account";
  const rival = before.find((one) => one.tenant === tenant && one.provider.channel === provider.channel);
  return rival && `tenant: has an account on the channel already, ${rival.id}`;
}

function ofAccount(id: string, issue: string): string {
  return `COMMS_ACCOUNTS: ${id}: ${issue}`;
}

/** An entry is named by its place: its id may be what is wrong with it. */
function describe(place: number, { path, message, code }: z.core.$ZodIssue): string {
  const what = code === "unrecognized_keys" ? "has a field that no account has" : message;
  const field = path.join(".");
  return `COMMS_ACCOUNTS: entry ${place}: ${field === "" ? "" : `${field}: `}${what}`;
}

/** Undefined for text that is no YAML. The parser's own message would repeat it. */
function parsedYaml(text: string): unknown {
  try {
    const document = parseDocument(text);
    return document.errors.length > 0 ? undefined : (document.toJS() ?? []);
  } catch {
    return undefined;
  }
}
