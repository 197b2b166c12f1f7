import type { Accepted, Channel, Flag, Suppression } from "#shared/contracts/records.ts";
import { fallbackOf } from "#shared/domain/channel/channels.ts";
import type { Person } from "#shared/domain/recipient/person.ts";

/** The facts that the router looks up for one record before it decides. */
export interface RoutingFacts {
  readonly person: Person;
  readonly flags: ReadonlyMap<string, Flag>;
  /** One entry for each channel of `channelsToLookAt`. */
  readonly channels: ReadonlyMap<Channel, ChannelFacts>;
}

/** The facts of one person on one channel, for one template. */
export interface ChannelFacts {
  readonly address: AddressState;
  /** Keyed hash under the current pepper; null if the channel has no address that can be hashed. */
  readonly addressHash: string | null;
  /** Every entry for the address, under any pepper. */
  readonly suppressions: readonly Suppression[];
  /** The published template for this channel: the pinned version, else the active one. */
  readonly template: TemplateChoice | undefined;
}

/** Whether a channel has an address. `none needed` is in-app, where the person is the address. */
export type AddressState = "usable" | "missing" | "unusable" | "none needed";

/** A published version of a template, and the locales that it exists in. */
export interface TemplateChoice {
  readonly version: number;
  readonly locales: readonly string[];
}

/** The channels of a record, each once, and those it may fall back to. */
export function channelsToLookAt(accepted: Pick<Accepted, "channels" | "critical">): readonly Channel[] {
  const fallback = accepted.critical ? accepted.channels.flatMap(fallbackOf) : [];
  return [...new Set([...accepted.channels, ...fallback])];
}
