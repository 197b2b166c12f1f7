import type { Accepted, Channel } from "#shared/contracts/records.ts";
import { fallbackOf } from "#shared/domain/channel/channels.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { bypass } from "#shared/domain/policy/gate-result.ts";
import { type GateEvaluation, goesOn, prependGate } from "./gate-evaluation.ts";

/** Evaluates the gates for the message on one channel. */
type EvaluateChannel = (channel: Channel) => GateEvaluation;

/** Chooses the channels of one record: each evaluation that it returns becomes a decision on one message. */
export type ChannelSelector = (accepted: Accepted, evaluate: EvaluateChannel) => readonly GateEvaluation[];

/** Every channel of the catalog; a critical message without a consent falls back to another channel (PRF-08). */
const everyChannel: ChannelSelector = (accepted, evaluate) => {
  const evaluations = [...new Set(accepted.channels)].map(evaluate);
  return [...evaluations, ...fallback(accepted, evaluations, evaluate)];
};

/** The channels in the catalog's order up to the first open one: the same content must not be in two places. */
const firstOpenChannel: ChannelSelector = (accepted, evaluate) => {
  const evaluations: GateEvaluation[] = [];
  for (const channel of new Set(accepted.channels)) {
    const evaluation = evaluate(channel);
    const closed = evaluations.find(fallsBack);
    evaluations.push(closed ? insteadOf(closed, evaluation) : evaluation);
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

/** One more message if a critical one lacks a consent and the record has none of the channels to fall back to. */
function fallback(
  accepted: Accepted,
  evaluations: readonly GateEvaluation[],
  evaluate: EvaluateChannel,
): readonly GateEvaluation[] {
  const closed = evaluations.find(fallsBack);
  if (!accepted.critical || !closed) return [];
  const others = fallbackOf(closed.message.channel);
  if (others.some((channel) => accepted.channels.includes(channel))) return [];
  const open = others.map(evaluate).find(goesOn);
  return open ? [insteadOf(closed, open)] : [];
}

/** True of a message that lacks a consent on a channel that has others to fall back to. */
function fallsBack({ message, result }: GateEvaluation): boolean {
  const lacksConsent = result.verdict === "DROP" && result.reason === "COMMS_CONSENT_MISSING";
  return lacksConsent && fallbackOf(message.channel).length > 0;
}

function insteadOf(closed: GateEvaluation, evaluation: GateEvaluation): GateEvaluation {
  const [from, to] = [closed.message.channel, evaluation.message.channel];
  const detail = `${channelName(from)} lacks a consent, so the message takes ${channelName(to)}`;
  return prependGate(["decider", bypass("consent_fallback", detail)], evaluation);
}
