import { z } from "zod";
import type { KnownChannel } from "#shared/domain/message/channel.ts";
import { addressSettings } from "#shared/platform/config/address-settings.ts";
import { artifactSettings } from "#shared/platform/config/artifact-settings.ts";
import type { gatewayUrlSettings } from "#shared/platform/config/gateway-url-settings.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { postgresSettings } from "#shared/platform/config/postgres-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import { type ConfigOf, combineSettings, setting, settingGroup } from "#shared/platform/config/setting.ts";
import type { unsubscribeSettings } from "#shared/platform/config/unsubscribe-settings.ts";
import type { AccountsConfig } from "./account-settings.ts";

/** What every sender reads beside its accounts. */
export const senderSettings = combineSettings(
  processSettings,
  kafkaSettings,
  redisSettings,
  postgresSettings,
  artifactSettings,
  addressSettings,
  settingGroup("Senders", {
    COMMS_AMBIGUOUS_HOLD_SECONDS: setting(
      z.coerce.number().positive().max(86_400).default(900),
      "How long a message in doubt waits for the provider's feedback before it is dropped.",
    ),
  }),
);

/** Where links and callbacks lead, and what signs them. */
export type OriginConfig = ConfigOf<typeof gatewayUrlSettings> & ConfigOf<typeof unsubscribeSettings>;

/** What a sender is configured with. Links and callbacks belong to some channels only. It holds secrets. */
export type SenderConfig<Channel extends KnownChannel> = ConfigOf<typeof senderSettings> &
  AccountsConfig<Channel> &
  Partial<OriginConfig>;
