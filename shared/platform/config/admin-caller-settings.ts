import { z } from "zod";
import { apiKeyIdOf } from "../crypto/api-key-secret.ts";
import { setting, settingGroup } from "./setting.ts";

/** How a command speaks to the admin API: with the key of the person who runs it (decision 44). */
export const adminCallerSettings = settingGroup("Commands that ask the admin API", {
  COMMS_ADMIN_URL: setting(z.url(), "Where the admin API answers, without a path."),
  COMMS_ADMIN_KEY: setting(
    z.string().refine((text) => apiKeyIdOf(text) !== undefined, "is not a key that `comms key create --role` made"),
    "The caller's own key of the admin API: what it changes stands in the audit under it.",
    { secret: true },
  ),
});
