import { z } from "zod";
import { keyedSecrets, rotationRules, secretId } from "./keyed-secrets.ts";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

/** What unsubscribe links are signed with. The signer and the gateway must be given the same. */
export const unsubscribeSettings = settingGroup(
  "Unsubscribe links",
  {
    COMMS_UNSUBSCRIBE_SECRET: setting(
      z.string().min(16, "needs 16 characters or more"),
      "The secret that links are signed with, 16 characters or more. The email sender and the gateway must have the same.",
      { secret: true },
    ),
    COMMS_UNSUBSCRIBE_SECRET_ID: setting(secretId().default("main"), "The id of the secret, which links carry."),
    COMMS_UNSUBSCRIBE_SECRETS_PREVIOUS: setting(
      keyedSecrets({ form: /^.{16,}$/, needs: "needs 16 characters or more" }),
      "`id=secret,id=secret`: secrets whose links still work. To rotate, put the old one here and the new one in its place.",
      { secret: true },
    ),
  },
  rotationRules({
    id: "COMMS_UNSUBSCRIBE_SECRET_ID",
    idByDefault: "main",
    previous: "COMMS_UNSUBSCRIBE_SECRETS_PREVIOUS",
  }),
);

/** The secret of unsubscribe links, its id and the ones before. */
export type UnsubscribeConfig = ConfigOf<typeof unsubscribeSettings>;
