import type { Accepted, Channel, Profile } from "#shared/contracts/records.ts";
import { type Hours, hoursOf } from "#shared/domain/quiet-hours/hours.ts";
import { cityLocale } from "#shared/domain/recipient/city-locale.ts";
import { type LocalePreferences, resolveLocale } from "#shared/domain/template/locale.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { ChannelFacts, RoutingFacts } from "./facts.ts";
import { decisiveAnswer, type GateAnswer, type GateEvaluation, traceOf } from "./gate-evaluation.ts";
import type { GateResult } from "./gate-result.ts";
import { address } from "./gates/address.ts";
import { channelSwitch } from "./gates/channel.ts";
import { consent } from "./gates/consent.ts";
import { digest } from "./gates/digest.ts";
import { expiry } from "./gates/expiry.ts";
import { pause } from "./gates/pause.ts";
import { preference } from "./gates/preference.ts";
import { quietHours } from "./gates/quiet-hours.ts";
import { suppression } from "./gates/suppression.ts";
import { template } from "./gates/template.ts";
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
 * that defer it. Frequency caps and cost gates belong between the two, after `preference`: they spend a budget that a
 * blocked message must not spend. Dedupe is not in the list: a pure function cannot know which message came first, so
 * dedupe follows all gates (`decide.ts`).
 */
const gates: readonly (readonly [gate: string, evaluate: (input: GateInput) => GateResult])[] = [
  ["expiry", ({ message, now }) => expiry(message, now)],
  ["channel", ({ message, flags }) => channelSwitch(message, flags)],
  ["template", ({ channelFacts, locale }) => template(channelFacts.template, locale)],
  ["address", ({ channelFacts }) => address(channelFacts.address)],
  ["suppression", ({ message, channelFacts }) => suppression(message, channelFacts.suppressions)],
  ["consent", ({ message, person }) => consent(message, person.consents)],
  ["preference", ({ message, person }) => preference(message, person)],
  ["digest", ({ message }) => digest(message)],
  ["quiet_hours", ({ message, hours, now }) => quietHours(message, hours, now)],
  ["pause", ({ message, flags, now }) => pause(message, flags, now)],
];

/** The names of the gates in their order, dedupe last. */
export const gateNames: readonly string[] = [...gates.map(([gate]) => gate), "dedupe"];

const unreachable: ChannelFacts = { address: "missing", addressHash: null, suppressions: [], template: undefined };

/** Evaluates every gate for one message. No gate is skipped, so the trace also shows what would have stopped it next. */
export function evaluateGates(accepted: Accepted, channel: Channel, context: EvaluationContext): GateEvaluation {
  const { profile, preference } = context.person;
  const channelFacts = context.channels.get(channel) ?? unreachable;
  const { template, addressHash } = channelFacts;
  const message = messageOf(accepted, channel);
  const locale = template && resolveLocale(localePreferencesOf(profile), template.locales);
  const hours = hoursOf(preference, profile);
  const input: GateInput = { ...context, message, channelFacts, locale, hours };

  const answers = gates.map(([gate, evaluate]): GateAnswer => [gate, evaluate(input)]);
  const [gate, result] = decisiveAnswer(answers);
  return { message, result, gate, trace: answers.map(traceOf), template, locale, addressHash, tz: hours.tz };
}

function localePreferencesOf(profile: Profile | null): LocalePreferences {
  return {
    userLocale: profile?.locale ?? null,
    acceptLanguage: profile?.accept_language ?? null,
    cityDefault: cityLocale(profile?.city ?? null),
  };
}
