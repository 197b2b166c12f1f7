import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "#shared/platform/config/setting.ts";
import { callsPerSecond } from "#shared/platform/config/setting-types.ts";
import { mailSettingsShape } from "../../email/mail-settings.ts";

/** A second's worth at once; a tenth of it waits for codes and receipts. */
export const maildirBudgetShares = { burstSeconds: 1, reserveShare: 0.1 };

/** What an account with a folder of mails is configured by. */
export const maildirSettings = settingGroup("Maildir", {
  COMMS_MAILDIR_FOLDER: setting(
    z.string().startsWith("/", "is not an absolute path"),
    "The folder that mails are written to, a file each; it must exist",
  ),
  COMMS_MAILDIR_RATE: setting(
    callsPerSecond(1_000),
    "Mails a second, which keeps a campaign from taking the whole disk",
  ),
  ...mailSettingsShape,
});

/** The configuration of an account with a folder of mails. */
export type MaildirConfig = ConfigOf<typeof maildirSettings>;
