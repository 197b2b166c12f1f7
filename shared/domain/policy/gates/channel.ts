import { channelName } from "../../message/channel.ts";
import { type Flags, isOff } from "../flags.ts";
import { drop, type GateResult, pass } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/** Drops a message on a channel that `comms.channels.<channel>.enabled` switches off, critical messages too. */
export function channelSwitch({ channel }: Pick<Routable, "channel">, flags: Flags): GateResult<"PASS" | "DROP"> {
  if (channel === "UNKNOWN") return drop("COMMS_CHANNEL_DISABLED", "This version does not know the channel");
  const flag = `comms.channels.${channelName(channel)}.enabled`;
  return isOff(flags, flag) ? drop("COMMS_CHANNEL_DISABLED", `${flag} is false`) : pass(`${flag} is not false`);
}
