import type { Accepted, Channel, Profile } from "#shared/contracts/records.ts";
import type { AddressedTargets } from "#shared/domain/delivery/facts.ts";
import { traceOf } from "#shared/domain/policy/gate-result.ts";
import { address } from "#shared/domain/policy/gates/address.ts";
import { cancellation } from "#shared/domain/policy/gates/cancellation.ts";
import { channelSwitch } from "#shared/domain/policy/gates/channel.ts";
import { consent } from "#shared/domain/policy/gates/consent.ts";
import { digest } from "#shared/domain/policy/gates/digest.ts";
import { expiry } from "#shared/domain/policy/gates/expiry.ts";
import { freshness } from "#shared/domain/policy/gates/freshness.ts";
import { pause } from "#shared/domain/policy/gates/pause.ts";
import { preference } from "#shared/domain/policy/gates/preference.ts";
import { quietHours } from "#shared/domain/policy/gates/quiet-hours.ts";
import { sendAt } from "#shared/domain/policy/gates/send-at.ts";
import { suppression } from "#shared/domain/policy/gates/suppression.ts";
import { template } from "#shared/domain/policy/gates/template.ts";
import { type Hours, hoursOf } from "#shared/domain/quiet-hours/hours.ts";
import { cityLocale } from "#shared/domain/recipient/city-locale.ts";
import { type LocalePreferences, resolveLocale } from "#shared/domain/template/locale.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { selectorOf } from "./channel-selectors.ts";
import type { ChannelFacts, RoutingFacts } from "./facts.ts";
import { decisiveAnswer, type GateEvaluation, type RoutingAnswer, type RoutingResult } from "./gate-evaluation.ts";
import { type Message, messageOf } from "./message.ts";

/** The facts of a record, and the time of its evaluation. */
interface EvaluationContext extends RoutingFacts {
  readonly now: Instant;
}

/** One message and everything that a gate may look at. */
interface GateInput extends EvaluationContext {
  readonly message: Message;
  readonly channelFacts: ChannelFacts;
  readonly locale: string | undefined;
  readonly hours: Hours;
}

/**
 * The gates in their order: first those that drop a message, the cheapest and most final before the others; then those
 * that defer it. What takes something that only one message may have, as a dedupe key, is no gate here but a claim
 * (`claim.ts`): claims follow all gates, because a blocked message must not take it.
 */
const gates: readonly (readonly [gate: string, ask: (input: GateInput) => RoutingResult])[] = [
  ["expiry", ({ message, now }) => expiry(message, now)],
  ["cancellation", (input) => cancellation(input.message, input.cancellation)],
  ["freshness", ({ message, views, now }) => freshness(message, views, now)],
  ["send_at", ({ message, now }) => sendAt(message, now)],
  ["channel", ({ message, flags, now }) => channelSwitch(message, flags, now)],
  ["template", ({ channelFacts, locale }) => template(channelFacts.template, locale)],
  ["address", ({ channelFacts }) => address(channelFacts.to)],
  ["suppression", ({ message, channelFacts }) => suppression(message, channelFacts.to)],
  ["consent", ({ message, person }) => consent(message, person.consents)],
  ["preference", ({ message, person }) => preference(message, person)],
  ["digest", ({ message }) => digest(message)],
  ["quiet_hours", ({ message, hours, now }) => quietHours(message, hours, now)],
  ["pause", ({ message, flags, now }) => pause(message, { flags }, now)],
];

/** The names of the gates in their order, without the claims that follow them. */
export const gateNames: readonly string[] = gates.map(([gate]) => gate);

const unreachable: ChannelFacts = { to: "none", template: undefined };

/** Evaluates the gates for every message of a record: the channels are those that the event's selector takes. */
export function evaluateGates(accepted: Accepted, facts: RoutingFacts, now: Instant): readonly GateEvaluation[] {
  const context = { ...facts, now };
  return selectorOf(accepted.cause_event)(accepted, (channel) => evaluateMessage(accepted, channel, context));
}

/**
 * Evaluates every gate for one message. No gate is skipped, so the trace also shows what would have stopped it next; but
 * nothing is asked that would be answered too early: a message is not dropped for what views said that are too old, nor for
 * what holds long before the time that its producer asked for.
 */
function evaluateMessage(accepted: Accepted, channel: Channel, context: EvaluationContext): GateEvaluation {
  const { profile, preference } = context.person;
  const channelFacts = context.channels.get(channel) ?? unreachable;
  const { template, to } = channelFacts;
  const message = messageOf(accepted, channel);
  const locale = template && resolveLocale(localePreferencesOf(profile), template.locales);
  const hours = hoursOf(preference, profile);
  const input: GateInput = { ...context, message, channelFacts, locale, hours };

  const answers = untilTooEarly(gates.map(([gate, ask]): RoutingAnswer => [gate, ask(input)]));
  const [gate, result] = decisiveAnswer(answers);
  const trace = answers.map(traceOf);
  return { message, result, gate, trace, template, locale, addressHash: addressHashOf(to), tz: hours.tz };
}

/** The gates whose deferral ends the list: what follows is asked when the message comes back. */
const endingGates: readonly string[] = ["freshness", "send_at"];

/** The answers up to the first of `endingGates` that defers the message. */
function untilTooEarly(answers: readonly RoutingAnswer[]): readonly RoutingAnswer[] {
  const last = answers.findIndex(([gate, { verdict }]) => endingGates.includes(gate) && verdict === "DEFER");
  return last < 0 ? answers : answers.slice(0, last + 1);
}

/** The hash under the current pepper; null if the channel has no address that can be hashed. */
function addressHashOf(to: AddressedTargets): string | null {
  return typeof to === "string" ? null : to[0]?.hash || null;
}

function localePreferencesOf(profile: Profile | null): LocalePreferences {
  return {
    userLocale: profile?.locale ?? null,
    acceptLanguage: profile?.accept_language ?? null,
    cityDefault: cityLocale(profile?.city ?? null),
  };
}
