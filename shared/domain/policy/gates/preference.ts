import { optedInByConsent } from "../../consent/consent.ts";
import { channelName } from "../../message/channel.ts";
import { choiceOf } from "../../preference/preference.ts";
import type { Person } from "../../recipient/person.ts";
import { drop, type GateResult, pass, unlessCritical } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/**
 * Drops a message that the person switched off, or that is off by default and was never switched on. A consent to this
 * very category is an opt-in to it (PRF-06), unless the person set the switch itself. Critical messages pass (PRF-08).
 */
export function preference(
  { channel, category, critical }: Pick<Routable, "channel" | "category" | "critical">,
  person: Pick<Person, "preference" | "consents">,
): GateResult<"PASS" | "BYPASS" | "DROP"> {
  const { on, source } = choiceOf(person.preference, channel, category);
  const where = `${category} on ${channelName(channel)}`;
  if (source === "default" && !on && optedInByConsent(person.consents, channel, category)) {
    return pass(`${where} is on by the person's consent to it`);
  }
  const by = { set: "as the person set it", default: "by default", fixed: "always" }[source];
  if (on) return pass(`${where} is on, ${by}`);
  return unlessCritical(critical, drop("COMMS_PREF_BLOCKED", `${where} is off, ${by}`));
}
