import { z } from "zod";
import { type ConfigOf, setting, settings } from "#shared/platform/config/setting.ts";
import type { AccountsConfig } from "./account-settings.ts";

/** What every sender is configured by, its accounts aside. */
export const senderSettings = settings({
  COMMS_AMBIGUOUS_HOLD_SECONDS: setting(
    z.coerce.number().positive().max(86_400).default(900),
    "How long a message in doubt waits for the provider's feedback before it is dropped",
  ),
});

/** What a sender is configured with. It holds secrets. */
export type SenderConfig = ConfigOf<typeof senderSettings> & AccountsConfig;
