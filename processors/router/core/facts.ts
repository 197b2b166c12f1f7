import type { Accepted, Channel, Flag, Suppression } from "#shared/contracts/records.ts";
import type { Person } from "#shared/domain/recipient/person.ts";

/** All that the router looks up for one record before it decides. */
export interface RoutingFacts {
  readonly person: Person;
  readonly flags: ReadonlyMap<string, Flag>;
  /** One entry for each channel of `channelsToLookAt`. */
  readonly channels: ReadonlyMap<Channel, ChannelFacts>;
}

/** What is known of one person on one channel, for one template. */
export interface ChannelFacts {
  readonly address: AddressState;
  /** Keyed hash under the current pepper; null where nothing is written to that could be hashed. */
  readonly addressHash: string | null;
  /** Every entry for the address, under any pepper. */
  readonly suppressions: readonly Suppression[];
  /** The published template for this channel: the pinned version, else the active one. */
  readonly template: TemplateChoice | undefined;
}

/** `none needed`: in-app, where the person is the address. */
export type AddressState = "usable" | "missing" | "unusable" | "none needed";

export interface TemplateChoice {
  readonly version: number;
  readonly locales: readonly string[];
}

/** Channels that a critical text takes when the person has given no consent to texts, the first that is open (PRF-08). */
export const fallbackChannels = ["EMAIL", "INAPP"] as const satisfies readonly Channel[];

/** The channels of a record, each once, and those it may fall back to. */
export function channelsToLookAt(accepted: Pick<Accepted, "channels" | "critical">): readonly Channel[] {
  const fallback = accepted.critical && accepted.channels.includes("SMS") ? fallbackChannels : [];
  return [...new Set([...accepted.channels, ...fallback])];
}
