import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "#shared/platform/config/setting.ts";

/** What the gateway reads for the callbacks of one Twilio account. */
export const twilioWebhookSettings = settingGroup("Twilio webhook", {
  COMMS_TWILIO_AUTH_TOKEN: setting(z.string().min(1), "The account's token, which callbacks are signed with too.", {
    secret: true,
  }),
  COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: setting(
    z.string().min(1).optional(),
    "Callbacks signed with it are accepted too, while Twilio changes over.",
    { secret: true },
  ),
});

/** The settings of one account after validation. */
export type TwilioWebhookConfig = ConfigOf<typeof twilioWebhookSettings>;
