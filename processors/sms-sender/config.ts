import { senderSettings } from "#shared/delivery/sender-settings.ts";
import { gatewayUrlSettings } from "#shared/platform/config/gateway-url-settings.ts";
import { twilioSettings } from "#shared/platform/config/provider-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";

export const settings = combineSettings(senderSettings, gatewayUrlSettings, twilioSettings);
