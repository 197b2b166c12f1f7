import { z } from "zod";
import { budgetLimits } from "#shared/domain/delivery/rate-budget.ts";
import { type ConfigOf, setting, settingGroup } from "#shared/platform/config/setting.ts";
import { callsPerSecond } from "#shared/platform/config/setting-types.ts";
import type { Provider } from "../provider.ts";
import { twilioWebhook } from "./webhook.ts";
import { twilioAuthToken } from "./webhook-settings.ts";

/** A fifth is kept for codes, which are most of what this channel is for. */
export const twilioBudgetShares = { burstSeconds: 1, reserveShare: 0.2 };

/** What an account with Twilio is configured by. */
export const twilioSettings = settingGroup("Twilio", {
  COMMS_TWILIO_ACCOUNT_SID: setting(
    z.string().startsWith("AC", "does not begin with AC"),
    "The account's SID: `AC` and 32 hex digits.",
  ),
  COMMS_TWILIO_AUTH_TOKEN: twilioAuthToken,
  COMMS_TWILIO_FROM: setting(
    z
      .string()
      .regex(/^(?:\+[1-9]\d{1,14}|MG[0-9a-f]{32})$/, "is neither a number in E.164 nor the SID of a messaging service"),
    "The number that texts come from, or the SID of a messaging service: `MG` and 32 hex digits.",
  ),
  COMMS_TWILIO_URL: setting(z.url().default("https://api.twilio.com"), "The address of Twilio."),
  COMMS_TWILIO_RATE: setting(
    callsPerSecond(250),
    "Texts a second that Twilio's API takes; it queues what the number may not send yet, for ten hours.",
  ),
});

/** The configuration of an account with Twilio. It holds a secret. */
export type TwilioConfig = ConfigOf<typeof twilioSettings>;

/** Twilio Messages. */
export const twilioProvider: Provider<TwilioConfig> = {
  name: "twilio",
  channel: "SMS",
  settings: twilioSettings,
  needs: ["gatewayUrl"],
  webhook: twilioWebhook,
  open: async (config, context) => {
    const { createTwilioAdapter } = await import("./adapter.ts");
    const adapter = createTwilioAdapter({
      accountSid: config.COMMS_TWILIO_ACCOUNT_SID,
      authToken: config.COMMS_TWILIO_AUTH_TOKEN,
      baseUrl: config.COMMS_TWILIO_URL,
      from: config.COMMS_TWILIO_FROM,
      callbackUrl: context.gatewayUrl(),
      deadlineMs: context.callDeadlineMs,
      outbound: context.outbound,
    });
    return { adapter, limits: budgetLimits(config.COMMS_TWILIO_RATE, twilioBudgetShares) };
  },
};
