import type { Channel, Consent } from "#shared/contracts/records.ts";

/** `given`; `withdrawn`, after it was given or at once; or `missing`, if no consent is recorded. */
export type ConsentState = "given" | "withdrawn" | "missing";

/** The consent recorded for the whole channel, `*`: a device's permission, a START, a ticked box. */
const wholeChannel = "*";

/**
 * The state of a person's consent. A consent for the category, or for the whole channel, gives it. A withdrawal for the
 * category always counts; a withdrawal for the whole channel counts unless the category was granted later.
 */
export function consentState(consents: readonly Consent[], channel: Channel, category: string): ConsentState {
  const whole = consentTo(consents, channel, wholeChannel);
  const own = consentTo(consents, channel, category);
  if (own?.granted === false) return "withdrawn";
  if (whole?.granted === false && !(own && own.updated_at > whole.updated_at)) return "withdrawn";
  return own || whole ? "given" : "missing";
}

/** Whether the person opted in to this very category on this channel and has not withdrawn it. */
export function optedInByConsent(consents: readonly Consent[], channel: Channel, category: string): boolean {
  const own = consentTo(consents, channel, category);
  return own !== undefined && consentState(consents, channel, category) === "given";
}

function consentTo(consents: readonly Consent[], channel: Channel, category: string): Consent | undefined {
  return consents.findLast((consent) => consent.channel === channel && consent.category === category);
}
