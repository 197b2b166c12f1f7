import type { Send } from "#shared/contracts/records.ts";
import { needsConsent } from "../channel/channels.ts";
import { consentState, optedInByConsent } from "../consent/consent.ts";
import { channelName } from "../message/channel.ts";
import { choiceOf } from "../preference/preference.ts";
import { clockOf, hoursOf } from "../quiet-hours/hours.ts";
import { releaseAt } from "../quiet-hours/release.ts";
import type { Instant } from "../time/instant.ts";
import type { RecipientPreferences } from "./facts.ts";
import type { LastCheck } from "./send-decision.ts";

/** Applies the router's rule again, since hours may have passed. A withdrawn consent stops critical messages too. */
export function checkConsent({ channel, category }: Send, { consents }: RecipientPreferences): LastCheck {
  const name = channelName(channel);
  if (!needsConsent(channel)) return { detail: `${name} needs no consent` };
  const state = consentState(consents, channel, category);
  const detail = `consent to ${name} for ${category} is ${state}`;
  return state === "given" ? { detail } : { detail, refusal: drop("consent", "COMMS_CONSENT_MISSING") };
}

/** Applies the router's rule again. A switch that was turned off since stops every message that is not critical. */
export function checkPreference(
  { channel, category, critical }: Send,
  { preference, consents }: RecipientPreferences,
): LastCheck {
  const { on, source } = choiceOf(preference, channel, category);
  const by = source === "set" ? "as the person set it" : source === "default" ? "by default" : "always";
  const detail = `${category} on ${channelName(channel)} is ${on ? "on" : "off"}, ${by}`;
  if (on || critical || (source === "default" && optedInByConsent(consents, channel, category))) return { detail };
  return { detail, refusal: drop("preference", "COMMS_PREF_BLOCKED") };
}

/**
 * Applies the router's rule again: a retried or held message may come due in the night. It waits for the end of the
 * quiet hours, in-app included, and is dropped if it expires before.
 */
export function checkQuietHours(send: Send, { preference, profile }: RecipientPreferences, now: Instant): LastCheck {
  const hours = hoursOf(preference, profile);
  const rule = `quiet hours are ${clockOf(hours.startMinute)} to ${clockOf(hours.endMinute)} in ${hours.tz}`;
  const dueAt = releaseAt(hours, send.user_id, now);
  if (dueAt === undefined) return { detail: `${rule}; it is outside them` };
  const detail = `${rule}; it is inside them`;
  if (send.critical) return { detail: `${detail}, and critical` };
  if (hours.allowCategories.includes(send.category)) return { detail: `${detail}, and ${send.category} is allowed` };
  if (send.expires_at !== null && send.expires_at <= dueAt)
    return { detail: `${detail} for longer than it is of use`, refusal: drop("quiet_hours", "COMMS_EXPIRED") };
  const wait = {
    kind: "wait",
    as: "hold",
    gate: "quiet_hours",
    reason: "COMMS_QUIET_HOURS",
    dueAt,
    trace: [],
  } as const;
  return { detail, refusal: wait };
}

function drop(gate: string, reason: "COMMS_CONSENT_MISSING" | "COMMS_PREF_BLOCKED" | "COMMS_EXPIRED") {
  return { kind: "drop", gate, reason, trace: [] } as const;
}
