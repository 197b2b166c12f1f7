import type { Accepted, Channel } from "#shared/contracts/records.ts";
import type { CancelledCause } from "#shared/domain/cancellation/cancellation.ts";
import { fallbackOf } from "#shared/domain/channel/channels.ts";
import type { AddressedTargets } from "#shared/domain/delivery/facts.ts";
import type { Flags } from "#shared/domain/policy/flags.ts";
import type { ViewAge } from "#shared/domain/policy/gates/freshness.ts";
import type { Person } from "#shared/domain/recipient/person.ts";
import type { TemplateChoice } from "#shared/domain/template/template-choice.ts";

/** The facts that the router looks up for one record before it decides. */
export interface RoutingFacts {
  readonly person: Person;
  readonly flags: Flags;
  /** The cancellation of the record's cause, whether it binds or not; null if there is none. */
  readonly cancellation: CancelledCause | null;
  /** How old the views were when all this was looked up. */
  readonly views: ViewAge;
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

/** The channels of a record, each once, and those it may fall back to. */
export function channelsToLookAt(accepted: Pick<Accepted, "channels" | "critical">): readonly Channel[] {
  const fallback = accepted.critical ? accepted.channels.flatMap(fallbackOf) : [];
  return [...new Set([...accepted.channels, ...fallback])];
}
