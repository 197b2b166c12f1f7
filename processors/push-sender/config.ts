import { senderSettings } from "#shared/delivery/sender-settings.ts";
import { fcmSettings } from "#shared/platform/config/provider-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";

export const settings = combineSettings(senderSettings, fcmSettings);
