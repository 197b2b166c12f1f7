import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "#shared/platform/config/setting.ts";
import { callsPerSecond, privateKey } from "#shared/platform/config/setting-types.ts";

/** Half a second's worth at once: FCM wants a rate that rises slowly. */
export const fcmBudgetShares = { burstSeconds: 0.5, reserveShare: 0.1 };

/** Google's own token endpoint. */
export const googleTokenUrl = "https://oauth2.googleapis.com/token";

/** What a project with FCM is configured by. */
export const fcmSettings = settingGroup("FCM", {
  COMMS_FCM_PROJECT: setting(z.string().min(1), "The Firebase project."),
  COMMS_FCM_CLIENT_EMAIL: setting(z.string().min(1), "The name of the service account, as an address."),
  COMMS_FCM_PRIVATE_KEY: setting(
    privateKey("rsa"),
    "The service account's private key in PEM; a line end may be written as `\\n`.",
    { secret: true },
  ),
  COMMS_FCM_URL: setting(z.url().default("https://fcm.googleapis.com"), "The address of FCM HTTP v1."),
  COMMS_FCM_TOKEN_URL: setting(z.url().default(googleTokenUrl), "Where access tokens are granted."),
  COMMS_FCM_RATE: setting(
    callsPerSecond(10_000),
    "Pushes a second that the project lets through; FCM takes 600,000 a minute.",
  ),
});

/** The configuration of a project with FCM. It holds a secret. */
export type FcmConfig = ConfigOf<typeof fcmSettings>;
