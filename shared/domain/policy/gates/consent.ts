import type { Consent } from "#shared/contracts/records.ts";
import { needsConsent } from "../../channel/channels.ts";
import { consentState } from "../../consent/consent.ts";
import { channelName } from "../../message/channel.ts";
import { drop, type GateResult, pass } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/** Drops texts, WhatsApp and push without a recorded consent. Critical messages too (CAN-11): they fall back. */
export function consent(
  { channel, category }: Pick<Routable, "channel" | "category">,
  consents: readonly Consent[],
): GateResult<"PASS" | "DROP"> {
  const name = channelName(channel);
  if (!needsConsent(channel)) return pass(`${name} needs no consent`);
  const state = consentState(consents, channel, category);
  const detail = `Consent to ${name} for ${category} is ${state}`;
  return state === "given" ? pass(detail) : drop("COMMS_CONSENT_MISSING", detail);
}
