/**
 * Why a message did not go out, or went out against a rule: the closed list of the product. Metric labels, console filters,
 * the pages under `docs/errors` and the translations come from it.
 */
export const reasons = {
  COMMS_PREF_BLOCKED: "This category is off for the person on this channel",
  COMMS_QUIET_HOURS: "It is the person's quiet hours; the message waits for their end",
  COMMS_SCHEDULED: "The producer asked for a later time; the message waits for it",
  COMMS_TEMPLATE_MISSING_VAR: "The event lacks a variable that the template requires",
  COMMS_SUPPRESSED: "The address is on the suppression list",
  COMMS_BLOCKLISTED: "The address is on the legal blocklist",
  COMMS_CONSENT_MISSING: "The channel needs a consent that the person has not given",
  COMMS_DEDUPED: "Another message said the same within the dedupe window",
  COMMS_ALREADY_SENT: "This very message was sent before",
  COMMS_DIGESTED: "The message was collected for the person's digest",
  COMMS_FREQUENCY_CAPPED: "The person has had as many messages as the cap allows",
  COMMS_COST_GATED: "The channel is closed to this category for cost",
  COMMS_CHANNEL_DISABLED: "The channel is switched off",
  COMMS_PAUSED: "Somebody has paused what the message needs; it waits and goes out when the pause ends",
  COMMS_NO_ADDRESS: "The person has no address on this channel",
  COMMS_INVALID_ADDRESS: "The person's address on this channel cannot be written to",
  COMMS_NO_TEMPLATE: "No published template of this name exists for this channel",
  COMMS_LOCALE_MISSING: "The template exists in none of the person's locales, nor in en-US",
  COMMS_RENDER_FAILED: "The template could not be rendered",
  COMMS_EXPIRED: "The message came too late to be of use",
  COMMS_CANCELLED: "The producer cancelled the message",
  COMMS_PROVIDER_REJECTED: "The provider refused the message for good",
  COMMS_PROVIDER_UNAVAILABLE: "The provider could not be reached",
  COMMS_AMBIGUOUS_SEND:
    "It is unknown whether an earlier attempt reached the provider, and the message is not critical",
  COMMS_WINDOW_CLOSED: "WhatsApp's 24-hour window is closed and no template fits",
  COMMS_STATE_STALE: "A view that the decision needs is older than its bound",
  COMMS_INVALID_EVENT: "The event does not fit its contract",
  COMMS_UNKNOWN_EVENT: "The event catalog has no such event",
  COMMS_POISON: "The record cannot be decoded",
  COMMS_PAYLOAD_TOO_LARGE: "The event is larger than the limit",
} as const;

/** A code of `reasons`. The list is closed by decision. */
export type Reason = keyof typeof reasons;

/** Reasons of a bypass, recorded like those of a block. */
export const bypasses = {
  critical_override: "The message is critical, so the rule does not bind it",
  consent_fallback: "The channel lacks a consent, so the message took another",
} as const;

/** A code of `bypasses`: why a gate did not apply. */
export type Bypass = keyof typeof bypasses;
