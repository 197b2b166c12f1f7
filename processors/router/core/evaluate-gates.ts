import type { Accepted, Channel, Profile } from "#shared/contracts/records.ts";
import { type Hours, hoursOf } from "#shared/domain/quiet-hours/hours.ts";
import { cityLocale } from "#shared/domain/recipient/city-locale.ts";
import { resolveLocale } from "#shared/domain/template/locale.ts";
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

/** One message and everything that a gate may look at. */
interface Case extends RoutingFacts {
  readonly message: Message;
  readonly way: ChannelFacts;
  readonly locale: string | undefined;
  readonly hours: Hours;
  readonly now: Instant;
}

/**
 * The gates in their order. First those that say no for good, the cheapest and most final before the others; then those
 * that put a message off. Frequency caps and cost gates belong between the two, after `preference`: they spend what a
 * blocked message must not spend. Dedupe is none of them: it asks who came first, which no pure function can know, and
 * follows them all (`decide.ts`).
 */
const gates: readonly (readonly [gate: string, judge: (given: Case) => GateResult])[] = [
  ["expiry", ({ message, now }) => expiry(message, now)],
  ["channel", ({ message, flags }) => channelSwitch(message, flags)],
  ["template", ({ way, locale }) => template(way.template, locale)],
  ["address", ({ way }) => address(way.address)],
  ["suppression", ({ message, way }) => suppression(message, way.suppressions)],
  ["consent", ({ message, person }) => consent(message, person.consents)],
  ["preference", ({ message, person }) => preference(message, person)],
  ["digest", ({ message }) => digest(message)],
  ["quiet_hours", ({ message, hours, now }) => quietHours(message, hours, now)],
  ["pause", ({ message, flags, now }) => pause(message, flags, now)],
];

/** The names of the gates in their order, dedupe last. */
export const gateNames: readonly string[] = [...gates.map(([gate]) => gate), "dedupe"];

const noWay: ChannelFacts = { address: "missing", addressHash: null, suppressions: [], template: undefined };

/** Puts one message before every gate. Every gate is asked, so that the trace also tells what would have stopped it next. */
export function evaluateGates(accepted: Accepted, channel: Channel, facts: RoutingFacts, now: Instant): GateEvaluation {
  const { profile, preference } = facts.person;
  const way = facts.channels.get(channel) ?? noWay;
  const message = messageOf(accepted, channel);
  const locale = way.template && resolveLocale(wishesOf(profile), way.template.locales);
  const hours = hoursOf(preference, profile);
  const given: Case = { ...facts, message, way, locale, hours, now };

  const judged = gates.map(([gate, ask]): GateAnswer => [gate, ask(given)]);
  const [gate, outcome] = decisiveAnswer(judged);
  const { template, addressHash } = way;
  return { message, result: outcome, gate, trace: judged.map(traceOf), template, locale, addressHash, tz: hours.tz };
}

function wishesOf(profile: Profile | null) {
  return {
    userLocale: profile?.locale ?? null,
    acceptLanguage: profile?.accept_language ?? null,
    cityDefault: cityLocale(profile?.city ?? null),
  };
}
