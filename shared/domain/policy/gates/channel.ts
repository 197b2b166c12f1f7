import type { Instant } from "../../time/instant.ts";
import { flagNames } from "../flag-names.ts";
import { bindingFlag, describeFlag, type Flags } from "../flags.ts";
import { drop, type GateResult, pass } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/** Drops a message on a channel that `comms.channels.<channel>.enabled` switches off, critical messages too. */
export function channelSwitch(
  { channel, tenantId }: Pick<Routable, "channel" | "tenantId">,
  flags: Flags,
  now: Instant,
): GateResult<"PASS" | "DROP"> {
  if (channel === "UNKNOWN") return drop("COMMS_CHANNEL_DISABLED", "This version does not know the channel");
  const name = flagNames.channelEnabled(channel);
  const flag = bindingFlag(flags, name, { tenantId, now });
  return flag ? drop("COMMS_CHANNEL_DISABLED", describeFlag(flag)) : pass(`${name} is not false`);
}
