import type { Accepted, Channel } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { fallbackChannels } from "./facts.ts";
import { type GateEvaluation, goesOn, prependGate } from "./gate-evaluation.ts";
import { bypass } from "./gate-result.ts";

/** Puts a channel before the gates. */
type Judge = (channel: Channel) => GateEvaluation;

/** Chooses the channels of one record: what it returns is decided, one message each, and nothing else is. */
export type ChannelSelector = (accepted: Accepted, judge: Judge) => readonly GateEvaluation[];

/** Every channel that the catalog names; a critical text without consent takes another way (PRF-08). */
const everyChannel: ChannelSelector = (accepted, judge) => {
  const rulings = [...new Set(accepted.channels)].map(judge);
  return [...rulings, ...fallback(accepted, rulings, judge)];
};

/** The channels in the catalog's order up to the first that is open: the same words must not lie in two places. */
const firstOpenChannel: ChannelSelector = (accepted, judge) => {
  const rulings: GateEvaluation[] = [];
  for (const channel of new Set(accepted.channels)) {
    const ruling = judge(channel);
    rulings.push(rulings.some(lacksTextConsent) ? insteadOfText(ruling) : ruling);
    if (goesOn(ruling)) return rulings;
  }
  return [...rulings, ...fallback(accepted, rulings, judge)];
};

/** The events whose channels are not simply all of them (RTR-01). One line an event. */
const deciders: ReadonlyMap<string, ChannelSelector> = new Map([
  // A one-time code on two channels is two places to steal it from.
  ["security.code_requested", firstOpenChannel],
]);

export function selectorOf(event: string): ChannelSelector {
  return deciders.get(event) ?? everyChannel;
}

/** One more message where a critical text lacks consent and nothing else was to go by email or in-app. */
function fallback(accepted: Accepted, rulings: readonly GateEvaluation[], judge: Judge): readonly GateEvaluation[] {
  const hasOther = fallbackChannels.some((channel) => accepted.channels.includes(channel));
  if (!accepted.critical || hasOther || !rulings.some(lacksTextConsent)) return [];
  const open = fallbackChannels.map(judge).find(goesOn);
  return open ? [insteadOfText(open)] : [];
}

function lacksTextConsent({ message, result: outcome }: GateEvaluation): boolean {
  return message.channel === "SMS" && outcome.verdict === "DROP" && outcome.reason === "COMMS_CONSENT_MISSING";
}

function insteadOfText(ruling: GateEvaluation): GateEvaluation {
  const detail = `sms lacks a consent, so the message takes ${channelName(ruling.message.channel)}`;
  return prependGate(["decider", bypass("consent_fallback", detail)], ruling);
}
