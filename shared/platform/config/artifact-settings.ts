import { z } from "zod";
import { keyedSecrets, rotationRules, secretId } from "./keyed-secrets.ts";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

const hexKey = /^[0-9a-f]{64}$/;

/** Where rendered content lies, and the key over the keys that it is encrypted under. Whoever reads it needs Postgres too. */
export const artifactSettings = settingGroup(
  "Artifacts",
  {
    COMMS_ARTIFACTS_URL: setting(
      z.url(),
      "Where rendered content lies: `file:///…`, a folder that renderer and senders share.",
    ),
    COMMS_MASTER_KEY: setting(
      z.string().regex(hexKey, "needs 64 hex digits"),
      "64 hex digits. People's own keys lie in Postgres, wrapped under it.",
      { secret: true },
    ),
    COMMS_MASTER_KEY_ID: setting(secretId().default("main"), "The id of the master key, which wrapped keys carry."),
    COMMS_MASTER_KEYS_PREVIOUS: setting(
      keyedSecrets({ form: hexKey, needs: "needs 64 hex digits" }),
      "`id=key,id=key`: master keys that people's keys are still wrapped under. To rotate, put the old one here and the new one in its place.",
      { secret: true },
    ),
  },
  rotationRules({ id: "COMMS_MASTER_KEY_ID", idByDefault: "main", previous: "COMMS_MASTER_KEYS_PREVIOUS" }),
);

/** The store of rendered content, and the master keys. */
export type ArtifactConfig = ConfigOf<typeof artifactSettings>;
