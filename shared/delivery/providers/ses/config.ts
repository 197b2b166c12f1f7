import { z } from "zod";
import {
  type ConfigOf,
  combineSettings,
  type SettingValues,
  setting,
  settingGroup,
} from "#shared/platform/config/setting.ts";
import { callsPerSecond } from "#shared/platform/config/setting-types.ts";
import { mailSettings } from "../../email/mail-settings.ts";

/** SES counts by the second; a tenth of it waits for codes and receipts. */
export const sesBudgetShares = { burstSeconds: 1, reserveShare: 0.1 };

/** What an account with SES is configured by. */
export const sesSettings = combineSettings(
  settingGroup(
    "SES",
    {
      COMMS_SES_REGION: setting(z.string().min(1).default("us-east-1"), "The AWS region."),
      COMMS_SES_ENDPOINT: setting(z.url().optional(), "The address of SES, if it is not that of AWS."),
      COMMS_SES_ACCESS_KEY_ID: setting(
        z.string().min(1).optional(),
        "An access key. Without one: the credential chain of the AWS SDK (environment, profile, web identity, container, instance).",
      ),
      COMMS_SES_SECRET_ACCESS_KEY: setting(z.string().min(1).optional(), "The secret of the access key.", {
        secret: true,
      }),
      COMMS_SES_SESSION_TOKEN: setting(z.string().min(1).optional(), "The session of a temporary access key.", {
        secret: true,
      }),
      COMMS_SES_RATE: setting(
        callsPerSecond(500),
        "Mails a second that the account lets through. AWS raises it with use: a new account has 14.",
      ),
    },
    credentialIssues,
  ),
  mailSettings,
);

/** The configuration of an account with SES. It holds secrets. */
export type SesConfig = ConfigOf<typeof sesSettings>;

function credentialIssues(raw: SettingValues): readonly string[] {
  const { COMMS_SES_ACCESS_KEY_ID: id, COMMS_SES_SECRET_ACCESS_KEY: secret, COMMS_SES_SESSION_TOKEN: session } = raw;
  const needsBoth = id !== undefined || secret !== undefined || session !== undefined;
  const because = session === undefined ? "the other half of the access key is" : "COMMS_SES_SESSION_TOKEN is";
  return [
    ...(needsBoth && id === undefined ? [`COMMS_SES_ACCESS_KEY_ID: is not set, and ${because}`] : []),
    ...(needsBoth && secret === undefined ? [`COMMS_SES_SECRET_ACCESS_KEY: is not set, and ${because}`] : []),
  ];
}
