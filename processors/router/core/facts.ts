import type { Accepted, Channel, Flag } from "#shared/contracts/records.ts";
import type { AddressedTargets } from "#shared/domain/delivery/facts.ts";
import type { Person } from "#shared/domain/recipient/person.ts";
import type { TemplateChoice } from "#shared/domain/template/template-choice.ts";

/** The facts that the router looks up for one record before it decides. */
export interface RoutingFacts {
  readonly person: Person;
  readonly flags: ReadonlyMap<string, Flag>;
  /** One entry for each channel of `channelsToLookAt`. */
  readonly channels: ReadonlyMap<Channel, ChannelFacts>;
}

/** The facts of one person on one channel, for one template. */
export interface ChannelFacts {
  /** Where the message would go, with every entry for each address, under any pepper. */
  readonly to: AddressedTargets;
  /** The published template for this channel: the pinned version, else the active one. */
  readonly template: TemplateChoice | undefined;
}

/** Channels that a critical text falls back to without a consent to texts: the first that is open (PRF-08). */
export const fallbackChannels = ["EMAIL", "INAPP"] as const satisfies readonly Channel[];

/** The channels of a record, each once, and those it may fall back to. */
export function channelsToLookAt(accepted: Pick<Accepted, "channels" | "critical">): readonly Channel[] {
  const fallback = accepted.critical && accepted.channels.includes("SMS") ? fallbackChannels : [];
  return [...new Set([...accepted.channels, ...fallback])];
}
