import { z } from "zod";
import { keyedSecrets, rotationRules, secretId } from "./keyed-secrets.ts";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

/** What addresses are hashed with. All stages must be given the same. */
export const addressSettings = settingGroup(
  "Hashes of addresses",
  {
    COMMS_ADDRESS_PEPPER: setting(
      z.string().min(16, "needs 16 characters or more"),
      "The secret that addresses are hashed with, 16 characters or more. Every stage must have the same.",
      { secret: true },
    ),
    COMMS_ADDRESS_PEPPER_ID: setting(
      secretId(),
      "The id of the pepper, which hashes carry: any name, as long as the pepper stays the same.",
    ),
    COMMS_ADDRESS_PEPPERS_PREVIOUS: setting(
      keyedSecrets({ form: /^.{16,}$/, needs: "needs 16 characters or more" }),
      "`id=secret,id=secret`: peppers that suppressed addresses were hashed with before. To rotate, put the old one here and the new one in its place.",
      { secret: true },
    ),
  },
  rotationRules({ id: "COMMS_ADDRESS_PEPPER_ID", previous: "COMMS_ADDRESS_PEPPERS_PREVIOUS" }),
);

/** The pepper, its id and the ones before. */
export type AddressConfig = ConfigOf<typeof addressSettings>;
