import type { Consent } from "#shared/contracts/records.ts";
import { needsConsent } from "#shared/domain/channel/channels.ts";
import { consentState } from "#shared/domain/consent/consent.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { drop, type GateResult, pass } from "../gate-result.ts";
import type { Message } from "../message.ts";

/** Drops texts, WhatsApp and push without a recorded consent. Critical messages too (CAN-11): they fall back. */
export function consent(
  { channel, category }: Pick<Message, "channel" | "category">,
  consents: readonly Consent[],
): GateResult {
  const name = channelName(channel);
  if (!needsConsent(channel)) return pass(`${name} needs no consent`);
  const state = consentState(consents, channel, category);
  const detail = `Consent to ${name} for ${category} is ${state}`;
  return state === "given" ? pass(detail) : drop("COMMS_CONSENT_MISSING", detail);
}
