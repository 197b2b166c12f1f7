import type { Accepted, Channel } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { bypass } from "#shared/domain/policy/gate-result.ts";
import { fallbackChannels } from "./facts.ts";
import { type GateEvaluation, goesOn, prependGate } from "./gate-evaluation.ts";

/** Evaluates the gates for the message on one channel. */
type EvaluateChannel = (channel: Channel) => GateEvaluation;

/** Chooses the channels of one record: each evaluation that it returns becomes a decision on one message. */
export type ChannelSelector = (accepted: Accepted, evaluate: EvaluateChannel) => readonly GateEvaluation[];

/** Every channel of the catalog; a critical text without consent falls back to another channel (PRF-08). */
const everyChannel: ChannelSelector = (accepted, evaluate) => {
  const evaluations = [...new Set(accepted.channels)].map(evaluate);
  return [...evaluations, ...fallback(accepted, evaluations, evaluate)];
};

/** The channels in the catalog's order up to the first open one: the same content must not be in two places. */
const firstOpenChannel: ChannelSelector = (accepted, evaluate) => {
  const evaluations: GateEvaluation[] = [];
  for (const channel of new Set(accepted.channels)) {
    const evaluation = evaluate(channel);
    evaluations.push(evaluations.some(lacksTextConsent) ? insteadOfText(evaluation) : evaluation);
    if (goesOn(evaluation)) return evaluations;
  }
  return [...evaluations, ...fallback(accepted, evaluations, evaluate)];
};

/** The events that do not use all of their channels (RTR-01). One line an event. */
const selectors: ReadonlyMap<string, ChannelSelector> = new Map([
  // A one-time code on two channels can be stolen in two places.
  ["security.code_requested", firstOpenChannel],
]);

export function selectorOf(event: string): ChannelSelector {
  return selectors.get(event) ?? everyChannel;
}

/** One more message if a critical text lacks consent and the record has neither email nor in-app. */
function fallback(
  accepted: Accepted,
  evaluations: readonly GateEvaluation[],
  evaluate: EvaluateChannel,
): readonly GateEvaluation[] {
  const hasOther = fallbackChannels.some((channel) => accepted.channels.includes(channel));
  if (!accepted.critical || hasOther || !evaluations.some(lacksTextConsent)) return [];
  const open = fallbackChannels.map(evaluate).find(goesOn);
  return open ? [insteadOfText(open)] : [];
}

function lacksTextConsent({ message, result }: GateEvaluation): boolean {
  return message.channel === "SMS" && result.verdict === "DROP" && result.reason === "COMMS_CONSENT_MISSING";
}

function insteadOfText(evaluation: GateEvaluation): GateEvaluation {
  const detail = `sms lacks a consent, so the message takes ${channelName(evaluation.message.channel)}`;
  return prependGate(["decider", bypass("consent_fallback", detail)], evaluation);
}
