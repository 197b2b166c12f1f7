import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "#shared/platform/config/setting.ts";

/** What the gateway reads for the events of one SES account. */
export const sesWebhookSettings = settingGroup("SES webhook", {
  COMMS_SNS_TOPIC_ARNS: setting(
    z.string().transform((text) => text.split(",").filter(Boolean)),
    "The SNS topics that SES publishes its events to, by ARN, with commas between. Messages of other topics are refused.",
  ),
  COMMS_SNS_CERTIFICATE_ORIGIN: setting(
    z.url().optional(),
    "Where SNS's certificates are fetched and subscriptions confirmed, if not at SNS itself: a mirror inside a closed network.",
  ),
});

/** The settings of one account after validation. */
export type SesWebhookConfig = ConfigOf<typeof sesWebhookSettings>;
