import { type AccountsConfig, accountSettings } from "#shared/delivery/account-settings.ts";
import { allProviders } from "#shared/delivery/providers/registry.ts";
import type { KnownChannel } from "#shared/domain/message/channel.ts";
import { adminCallerSettings } from "#shared/platform/config/admin-caller-settings.ts";
import { apiKeySettings } from "#shared/platform/config/api-key-settings.ts";
import { callerSettings } from "#shared/platform/config/caller-settings.ts";
import { gatewayUrlSettings } from "#shared/platform/config/gateway-url-settings.ts";
import { brokerSettings, kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { postgresSettings } from "#shared/platform/config/postgres-settings.ts";
import { provisionSettings } from "#shared/platform/config/provision-settings.ts";
import { type ProxyConfig, proxySettings } from "#shared/platform/config/proxy-settings.ts";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import { combineSettings, type Settings } from "#shared/platform/config/setting.ts";
import { telemetrySettings } from "#shared/platform/config/telemetry-settings.ts";

export const prepareSettings = combineSettings(telemetrySettings, kafkaSettings, postgresSettings, provisionSettings);
export const rebuildSettings = combineSettings(telemetrySettings, kafkaSettings, redisSettings);
export const fuseSettings = combineSettings(telemetrySettings, kafkaSettings, postgresSettings);
/** What every command reads that changes something through the admin API. */
export const adminSettings = adminCallerSettings;
export const auditSettings = combineSettings(telemetrySettings, kafkaSettings, postgresSettings);
export const groupSettings = combineSettings(telemetrySettings, kafkaSettings);
export const statusSettings = combineSettings(telemetrySettings, kafkaSettings, postgresSettings);
export const topicSettings = combineSettings(telemetrySettings, kafkaSettings, redisSettings, postgresSettings);
export const keySettings = combineSettings(postgresSettings, apiKeySettings);
/** Whom the brokers know is asked of the brokers alone. */
export const aclSettings = brokerSettings;
export const whySettings = postgresSettings;
export const cancelSettings = combineSettings(gatewayUrlSettings, callerSettings);
/** What the demo itself reads; its processors read their own. */
export const demoSettings = combineSettings(prepareSettings, redisSettings, apiKeySettings);

/** The channels that some provider sends on. */
export const sendingChannels = [...new Set(allProviders.map(({ channel }) => channel))];

/** What the commands beside `comms run` read. */
export const commandSettings: Readonly<Record<string, Settings<object>>> = {
  prepare: prepareSettings,
  check: checkSettingsOf(sendingChannels),
  rebuild: rebuildSettings,
  fuse: fuseSettings,
  audit: auditSettings,
  flag: adminSettings,
  pause: adminSettings,
  resume: adminSettings,
  suppression: adminSettings,
  approve: adminSettings,
  status: statusSettings,
  group: groupSettings,
  key: keySettings,
  topic: topicSettings,
  acl: aclSettings,
  why: whySettings,
  cancel: cancelSettings,
  demo: demoSettings,
};

/** The accounts of several channels, with the issues of all of them, and the way to them: what `comms check` reads. */
export function checkSettingsOf(asked: readonly KnownChannel[]): Settings<AccountsConfig<KnownChannel> & ProxyConfig> {
  const accounts = asked.map((channel) => accountSettings(channel, { accountsOnly: true }));
  return combineSettings(proxySettings, ...accounts) as Settings<AccountsConfig<KnownChannel> & ProxyConfig>;
}
