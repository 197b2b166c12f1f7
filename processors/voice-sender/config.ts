import { accountSettings } from "#shared/delivery/account-settings.ts";
import { senderSettings } from "#shared/delivery/sender-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";

export const settings = combineSettings(senderSettings, accountSettings("VOICE"));
