import { z } from "zod";
import { setting, settingGroup } from "./setting.ts";

/** Where people and providers reach the gateway. */
export const gatewayUrlSettings = settingGroup("The gateway's public address", {
  COMMS_GATEWAY_PUBLIC_URL: setting(
    z.url(),
    "Where providers and mail clients reach the gateway: callbacks and unsubscribe links begin with it, and Twilio signs it.",
  ),
});
