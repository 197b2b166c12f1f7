import { senderSettingsOf } from "#shared/delivery/sender-settings.ts";

export const settings = senderSettingsOf("INAPP");
