import { z } from "zod";
import { apiKeyIdOf } from "../crypto/api-key-secret.ts";
import { setting, settingGroup } from "./setting.ts";

/** How a command speaks to the gateway: as a producer, with its own key. */
export const callerSettings = settingGroup("Commands that ask the gateway", {
  COMMS_API_KEY: setting(
    z.string().refine((text) => apiKeyIdOf(text) !== undefined, "is not a key that `comms key create` made"),
    "The key of the HTTP API with which `comms cancel --cause-ref REF` asks the gateway at `COMMS_GATEWAY_PUBLIC_URL`; its tenant is the one that is cancelled for.",
    { secret: true },
  ),
});
