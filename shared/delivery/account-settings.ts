import { parseDocument } from "yaml";
import { z } from "zod";
import { isTenantName } from "#shared/domain/event/envelope-issues.ts";
import { channelName, type KnownChannel } from "#shared/domain/message/channel.ts";
import { type ReadFile, type ResolvedValues, resolveFiles } from "#shared/platform/config/file-values.ts";
import {
  combineSettings,
  type SettingDescription,
  type Settings,
  type SettingValues,
  setting,
  settingGroup,
} from "#shared/platform/config/setting.ts";
import type { Provider } from "./providers/provider.ts";
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

/** The choice of the provider of a channel's default account; the first of the names unless it is set. */
export function providerChoice(channel: KnownChannel, names: readonly string[]) {
  const list = names.join(", ");
  const type = z.enum(names as [string, ...string[]], `is none of ${list}`).default(names[0] as string);
  return settingGroup("Accounts", {
    [`COMMS_${channelName(channel).toUpperCase()}_PROVIDER`]: setting(
      type,
      `The provider of the default account: ${list}.`,
    ),
  });
}

const entrySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, "may hold small letters, digits and - only, 40 at most"),
  // An event of the default account may be any tenant's, and is `default` until its message is found.
  tenant: z
    .string()
    .min(1, "is empty")
    // No message would be of it: those of the tenant that was meant would go by the default account.
    .refine(isTenantName, "may hold A-Z a-z 0-9 . _ - only, 64 at most")
    .refine((tenant) => tenant !== "default", "default has the account of the environment"),
  provider: z.string(),
  settings: z.record(z.string(), z.string()),
});

/**
 * Reads the accounts of one channel: the default one from the names of its provider, which `COMMS_<CHANNEL>_PROVIDER`
 * chooses, and those of tenants from `COMMS_ACCOUNTS`. Issues of all are told together; those with the settings of another
 * channel's account are left to that channel. It opens the files that accounts name, and nothing else.
 */
export function accountSettings<Channel extends KnownChannel>(
  channel: Channel,
  { readFile }: { readonly readFile?: ReadFile } = {},
): Settings<AccountsConfig<Channel>> {
  const known = providersOf(channel);
  const names = known.map((provider) => provider.name);
  const choice = combineSettings(providerChoice(channel, names), tenantAccountSettings);
  const descriptions = [...choice.descriptions, ...known.flatMap((provider, index) => describeOf(provider, index > 0))];
  return {
    // What two providers share is required if the default one requires it.
    descriptions: descriptions.filter(
      (one, index) => descriptions.findIndex(({ name }) => name === one.name) === index,
    ),
    read: (values) => {
      const chosen = choice.read(values);
      const chosenName = chosen.kind === "config" ? Object.values(chosen.config)[0] : undefined;
      const provider = known.find((one) => one.name === chosenName);
      const byDefault = provider ? readDefault(provider, values) : undefined;
      const { entries, issues } = accountEntries(values["COMMS_ACCOUNTS"] ?? "[]");
      const own = entries.filter((entry) => entry.provider.channel === channel);
      const tenants = own.map((entry) => readEntry(entry, readFile));
      const all = [...(byDefault ? [byDefault] : []), ...tenants];
      const found = [
        ...(chosen.kind === "issues" ? chosen.issues : []),
        ...issues,
        ...all.flatMap((one) => ("issues" in one ? one.issues : [])),
      ];
      if (found.length > 0) return { kind: "issues", issues: found };
      const accounts = all.flatMap((one) => ("issues" in one ? [] : [one]));
      return { kind: "config", config: { [keyOf(channel)]: accounts } as unknown as AccountsConfig<Channel> };
    },
  };
}

/** What a provider's settings mean. Those of one that is not the default are required only where it is chosen. */
function describeOf({ name, settings: own }: Provider, isOther: boolean): readonly SettingDescription[] {
  if (!isOther) return own.descriptions;
  return own.descriptions.map((one) => (one.isRequired ? { ...one, isRequired: false, requiredWith: name } : one));
}

type Read = AccountConfig | { readonly issues: readonly string[] };

function readDefault(provider: Provider, values: SettingValues): Read {
  const read = provider.settings.read(values);
  if (read.kind === "issues") return { issues: read.issues };
  return { id: `${provider.name}:default`, provider, config: read.config };
}

/** A tenant's account. It says all of its settings itself: a password of ours never goes to a host of theirs. */
function readEntry({ id, tenant, provider, settings: written }: AccountEntry, readFile: ReadFile | undefined): Read {
  const known = settingNamesOf(provider);
  const resolved = resolveFiles(written, { settings: known, ...(readFile && { readFile }) });
  const unknown = Object.keys(resolved.values).filter((name) => !known.has(name));
  const missing = (provider.requiredOfTenants ?? []).filter((name) => !resolved.values[name]);
  const read = provider.settings.read(resolved.values);
  const issues = [
    ...resolved.issues,
    ...missing.map((name) => `${name}: is not set, and an account of a tenant needs it`),
    ...unknown.map((name) => `${name}: is no setting of ${provider.name}`),
    ...(read.kind === "issues" ? read.issues : []),
  ];
  if (issues.length > 0 || read.kind === "issues") return { issues: issues.map((one) => ofAccount(id, one)) };
  return { id, tenant, provider, config: read.config };
}

/** The names that an account of a provider may set: for the sender, and for the gateway where the webhook has some. */
function settingNamesOf({ settings: own, webhook }: Provider): ReadonlySet<string> {
  const parts = [own, ...(webhook ? [webhook.settings] : [])];
  return new Set(parts.flatMap((part) => part.descriptions.map(({ name }) => name)));
}

/**
 * What a tenant's account sets of these settings, with the text of files in the place of their names. It opens those files
 * and no others: what only a sender needs may lie where only a sender runs.
 */
export function accountValues(
  { id, settings: written }: AccountEntry,
  names: ReadonlySet<string>,
  readFile?: ReadFile,
): Pick<ResolvedValues, "values" | "issues"> {
  const own = Object.entries(written).filter(([name]) => names.has(name.replace(/_FILE$/, "")) || names.has(name));
  const { values, issues } = resolveFiles(Object.fromEntries(own), {
    settings: names,
    ...(readFile && { readFile }),
  });
  return { values, issues: issues.map((issue) => ofAccount(id, issue)) };
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

/**
 * Undefined for text that is no YAML. The parser's own message would repeat it. Every scalar but null is the text that was
 * written: a password `0012` is not the number 12, nor a token of digits one with an exponent.
 */
function parsedYaml(text: string): unknown {
  try {
    const document = parseDocument(text, { schema: "failsafe", customTags: ["null"], logLevel: "error" });
    return document.errors.length > 0 ? undefined : document.toJS();
  } catch {
    return undefined;
  }
}
