import { senderSettings } from "#shared/delivery/sender-settings.ts";
import { inappSettings } from "#shared/platform/config/provider-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";

export const settings = combineSettings(senderSettings, inappSettings);
