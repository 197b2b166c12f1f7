import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "#shared/platform/config/setting.ts";

/** The token of an account, which its calls and its callbacks are signed with. */
export const twilioAuthToken = setting(
  z.string().min(1),
  "The account's token: the sender logs in with it, and the gateway checks callbacks by it.",
  { secret: true },
);

/** What the gateway reads for the callbacks of one Twilio account. */
export const twilioWebhookSettings = settingGroup("Twilio webhook", {
  COMMS_TWILIO_AUTH_TOKEN: twilioAuthToken,
  COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: setting(
    z.string().min(1).optional(),
    "Callbacks signed with it are accepted too, while Twilio changes over.",
    { secret: true },
  ),
});

/** The settings of one account after validation. */
export type TwilioWebhookConfig = ConfigOf<typeof twilioWebhookSettings>;
