import { z } from "zod";
import { keyedSecrets, rotationRules, secretId } from "./keyed-secrets.ts";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

/** What keys of the HTTP API are hashed with. Gateways and `comms key` must be given the same. */
export const apiKeySettings = settingGroup(
  "API keys",
  {
    COMMS_API_KEY_PEPPER: setting(
      z.string().min(16, "needs 16 characters or more"),
      "The secret that keys of the HTTP API are hashed with, 16 characters or more. Every gateway and `comms key` must have the same.",
      { secret: true },
    ),
    COMMS_API_KEY_PEPPER_ID: setting(secretId().default("main"), "The id of the pepper, which hashes carry."),
    COMMS_API_KEY_PEPPERS_PREVIOUS: setting(
      keyedSecrets({ form: /^.{16,}$/, needs: "needs 16 characters or more" }),
      "`id=secret,id=secret`: peppers of keys that are still used. To rotate, put the old one here and the new one in its place, then rotate the keys.",
      { secret: true },
    ),
  },
  rotationRules({ id: "COMMS_API_KEY_PEPPER_ID", idByDefault: "main", previous: "COMMS_API_KEY_PEPPERS_PREVIOUS" }),
);

/** The pepper of API keys, its id and the ones before. */
export type ApiKeyConfig = ConfigOf<typeof apiKeySettings>;
