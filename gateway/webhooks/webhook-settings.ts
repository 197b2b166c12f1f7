import {
  type AccountEntry,
  accountEntries,
  providerChoice,
  readAccountPart,
  tenantAccountSettings,
} from "#shared/delivery/account-settings.ts";
import type { ProviderWebhook, WebhookAccount } from "#shared/delivery/providers/provider.ts";
import type { WebhookProvider } from "#shared/delivery/providers/registry.ts";
import type { KnownChannel } from "#shared/domain/message/channel.ts";
import type { SettingDescription, Settings, SettingsResult, SettingValues } from "#shared/platform/config/setting.ts";

/** A webhook to be mounted. */
export interface ConfiguredWebhook {
  /** The provider's name. */
  readonly provider: string;
  readonly webhook: ProviderWebhook<object>;
  /** Never empty; the default one first, if it has any. */
  readonly accounts: readonly WebhookAccount<object>[];
}

/**
 * The webhooks to be mounted. That of a channel's chosen provider is, and that of a provider which an account names: their
 * settings are required. So is any other whose required settings are set, because callbacks still come for a while after
 * a provider was switched off.
 */
export function webhookSettingsOf(
  providers: readonly WebhookProvider[],
): Settings<{ readonly webhooks: readonly ConfiguredWebhook[] }> {
  const receiving = providers.flatMap(({ webhook, ...rest }) => (webhook ? [{ ...rest, webhook }] : []));
  const channels = [...new Set(receiving.map(({ channel }) => channel))];
  const choices = channels.map((channel) => providerChoice(channel, namesOn(channel, providers)));
  return {
    descriptions: [
      ...[tenantAccountSettings, ...choices].flatMap(({ descriptions }) => descriptions),
      ...receiving.flatMap(({ name, webhook }) => describeWebhook(name, webhook)),
    ],
    read: (values) => {
      const chosen = choices.map((choice) => choice.read(values));
      const names = new Set(chosen.flatMap((one) => (one.kind === "config" ? [one.config.provider] : [])));
      const { entries, issues } = accountEntries(values["COMMS_ACCOUNTS"] || "[]");
      const read = receiving.map(({ name, webhook }) => {
        const accounts = entries.filter(({ provider }) => provider.name === name);
        return { name, webhook, results: resultsOf(webhook, { values, accounts, isChosen: names.has(name) }) };
      });
      const all = [...chosen.flatMap(issuesOf), ...issues, ...read.flatMap(({ results }) => results.flatMap(issuesOf))];
      if (all.length > 0) return { kind: "issues", issues: [...new Set(all)] };
      return { kind: "config", config: { webhooks: read.flatMap(mountedOf) } };
    },
  };
}

function describeWebhook(provider: string, { settings }: ProviderWebhook<object>): readonly SettingDescription[] {
  return settings.descriptions.map((one) => (one.isRequired ? { ...one, requiredWith: [provider] } : one));
}

function namesOn(channel: KnownChannel, providers: readonly WebhookProvider[]): readonly string[] {
  return providers.filter((one) => one.channel === channel).map(({ name }) => name);
}

interface Sources {
  readonly values: SettingValues;
  /** Of this provider. */
  readonly accounts: readonly AccountEntry[];
  /** Whether the default account of the channel is one of this provider. */
  readonly isChosen: boolean;
}

/** One result for the default account, if the provider has one or has had one, and one for each account of a tenant. */
function resultsOf(
  { settings: own }: ProviderWebhook<object>,
  { values, accounts, isChosen }: Sources,
): readonly AccountResult[] {
  const required = own.descriptions.filter(({ isRequired }) => isRequired);
  const isSet = required.length > 0 && required.every(({ name }) => Boolean(values[name]));
  const ofTenants = accounts.map((account) => readAccount(own, account));
  return isChosen || isSet ? [resultOf(own.read(values)), ...ofTenants] : ofTenants;
}

/** A tenant's account, which takes nothing from the default one. */
function readAccount(own: Settings<object>, account: AccountEntry): AccountResult {
  const result = readAccountPart(account, own);
  if (result.kind === "issues") return result;
  return { kind: "config", config: { tenant: account.tenant, config: result.config } };
}

type AccountResult = SettingsResult<WebhookAccount<object>>;

function resultOf(result: SettingsResult<object>): AccountResult {
  return result.kind === "issues" ? result : { kind: "config", config: { config: result.config } };
}

function issuesOf(result: SettingsResult<object>): readonly string[] {
  return result.kind === "issues" ? result.issues : [];
}

interface ReadWebhook {
  readonly name: string;
  readonly webhook: ProviderWebhook<object>;
  readonly results: readonly AccountResult[];
}

function mountedOf({ name, webhook, results }: ReadWebhook): readonly ConfiguredWebhook[] {
  const accounts = results.flatMap((result) => (result.kind === "config" ? [result.config] : []));
  return accounts.length > 0 ? [{ provider: name, webhook, accounts }] : [];
}
