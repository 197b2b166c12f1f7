import { accountSettings } from "#shared/delivery/account-settings.ts";
import { senderSettings } from "#shared/delivery/sender-settings.ts";
import { gatewayUrlSettings } from "#shared/platform/config/gateway-url-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";
import { unsubscribeSettings } from "#shared/platform/config/unsubscribe-settings.ts";

export const settings = combineSettings(
  senderSettings,
  accountSettings("EMAIL"),
  gatewayUrlSettings,
  unsubscribeSettings,
);
