import { settings as admin } from "#gateway/admin/config.ts";
import { settings as gateway } from "#gateway/config.ts";
import { settings as digest } from "#processors/digest/config.ts";
import { settings as emailSender } from "#processors/email-sender/config.ts";
import { settings as inappSender } from "#processors/inapp-sender/config.ts";
import { settings as pushSender } from "#processors/push-sender/config.ts";
import { settings as smsSender } from "#processors/sms-sender/config.ts";
import { addressSettings } from "#shared/platform/config/address-settings.ts";
import { provisionSettings } from "#shared/platform/config/provision-settings.ts";
import { type ConfigOf, combineSettings } from "#shared/platform/config/setting.ts";

/** Every setting of the product, for tests that host several stages on one context. */
export const allSettings = combineSettings(
  gateway,
  admin,
  digest,
  emailSender,
  pushSender,
  smsSender,
  inappSender,
  addressSettings,
  provisionSettings,
);

export type AllConfig = ConfigOf<typeof allSettings>;
