import { z } from "zod";
import { hasAddresses } from "#shared/domain/channel/channels.ts";
import type { KnownChannel } from "#shared/domain/message/channel.ts";
import { type AddressConfig, addressSettings } from "#shared/platform/config/address-settings.ts";
import { artifactSettings } from "#shared/platform/config/artifact-settings.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { postgresSettings } from "#shared/platform/config/postgres-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { proxySettings } from "#shared/platform/config/proxy-settings.ts";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import {
  type ConfigOf,
  combineSettings,
  type Settings,
  setting,
  settingGroup,
} from "#shared/platform/config/setting.ts";
import { type AccountsConfig, accountSettings, type OriginConfig } from "./account-settings.ts";

const commonSettings = combineSettings(
  processSettings,
  kafkaSettings,
  redisSettings,
  postgresSettings,
  artifactSettings,
  proxySettings,
  settingGroup("Senders", {
    COMMS_AMBIGUOUS_HOLD_SECONDS: setting(
      z.coerce.number().positive().max(86_400).default(900),
      "How long a message in doubt waits for the provider's feedback before it is dropped.",
    ),
  }),
);

/** What a sender is configured with. It holds secrets. */
export type SenderConfig<Channel extends KnownChannel> = ConfigOf<typeof commonSettings> &
  AccountsConfig<Channel> &
  Partial<OriginConfig & AddressConfig>;

/** What the sender of a channel reads. The pepper is for channels whose addresses are hashed. */
export function senderSettingsOf<Channel extends KnownChannel>(channel: Channel): Settings<SenderConfig<Channel>> {
  const parts = [commonSettings, accountSettings(channel), ...(hasAddresses(channel) ? [addressSettings] : [])];
  const combined: Settings<object> = combineSettings(...parts);
  return combined as Settings<SenderConfig<Channel>>;
}
