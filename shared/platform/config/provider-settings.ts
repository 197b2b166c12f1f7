import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

/** Amazon SES. */
export const sesSettings = settingGroup("Amazon SES", {
  COMMS_SES_ENDPOINT: setting(z.url().optional(), "Another endpoint than AWS's own of the region."),
  COMMS_SES_REGION: setting(z.string().default("us-east-1"), "The AWS region."),
  COMMS_SES_ACCESS_KEY_ID: setting(z.string().min(1), "The access key's id.", { secret: true }),
  COMMS_SES_SECRET_ACCESS_KEY: setting(z.string().min(1), "The secret access key.", { secret: true }),
  COMMS_SES_RATE: setting(rate(500), "Mails a second. AWS raises it with use: a new account has 14."),
});

/** The domains that mail comes from. */
export const mailSettings = settingGroup("Mail", {
  COMMS_MAIL_DOMAIN: setting(z.string().min(1), "The domain that transactional mail comes from."),
  COMMS_MARKETING_DOMAIN: setting(z.string().min(1), "The domain that promotions come from."),
});

/** Firebase Cloud Messaging. */
export const fcmSettings = settingGroup("FCM", {
  COMMS_FCM_URL: setting(z.url().default("https://fcm.googleapis.com"), "The API."),
  COMMS_FCM_PROJECT: setting(z.string().min(1), "The Firebase project's id."),
  COMMS_FCM_TOKEN_URL: setting(
    z.url().default("https://oauth2.googleapis.com/token"),
    "Where access tokens come from.",
  ),
  COMMS_FCM_CLIENT_EMAIL: setting(z.string().min(1), "The service account."),
  COMMS_FCM_PRIVATE_KEY: setting(z.string().min(1), "The service account's private key, PEM.", { secret: true }),
  COMMS_FCM_RATE: setting(rate(10_000), "Calls a second. FCM takes 600,000 a minute a project."),
});

/** Twilio, as the SMS sender needs it. */
export const twilioSettings = settingGroup("Twilio", {
  COMMS_TWILIO_URL: setting(z.url().default("https://api.twilio.com"), "The API."),
  COMMS_TWILIO_ACCOUNT_SID: setting(z.string().startsWith("AC"), "The account's SID."),
  COMMS_TWILIO_AUTH_TOKEN: setting(z.string().min(1), "The account's token, which callbacks are signed with too.", {
    secret: true,
  }),
  COMMS_TWILIO_FROM: setting(z.string().startsWith("+"), "The number that texts come from, in E.164."),
  COMMS_TWILIO_RATE: setting(
    rate(250),
    "Calls a second. Twilio queues what the number may not send yet, for ten hours.",
  ),
});

/** Twilio, as the gateway needs it. */
export const twilioWebhookSettings = settingGroup("Twilio", {
  COMMS_TWILIO_AUTH_TOKEN: setting(z.string().min(1), "The account's token, which callbacks are signed with too.", {
    secret: true,
  }),
  COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: setting(
    z.string().min(1).optional(),
    "Callbacks signed with it are accepted too, while Twilio changes over.",
    { secret: true },
  ),
});

/** The tokens that a callback may be signed with. */
export type TwilioWebhookConfig = ConfigOf<typeof twilioWebhookSettings>;

/** The notification centre. */
export const inappSettings = settingGroup("Notification centre", {
  COMMS_INAPP_RATE: setting(
    rate(2_000),
    "Notes a second. It keeps one tenant's campaign from taking the whole of Postgres.",
  ),
});

/** SNS, which reports for SES. */
export const snsSettings = settingGroup("Amazon SNS", {
  COMMS_SNS_TOPIC_ARNS: setting(
    z.string().transform((text) => text.split(",").filter(Boolean)),
    "The topics whose reports are accepted: `arn,arn`.",
  ),
  COMMS_SNS_CERTIFICATE_ORIGIN: setting(z.url().optional(), "Another origin of certificates than AWS's own."),
});

/** Calls a second. */
function rate(byDefault: number) {
  return z.coerce.number().positive().max(1_000_000).default(byDefault);
}
