import type { Channel } from "#shared/contracts/records.ts";

/** The channels of messages, in the order in which people see them. */
export const channels = ["EMAIL", "PUSH", "SMS", "INAPP", "WHATSAPP"] as const satisfies readonly Channel[];

/** One of `channels`. A record of a later schema may carry another. */
export type KnownChannel = (typeof channels)[number];

/** The name of a channel in labels, topics, tables and texts: `email`. */
export function channelName(channel: Channel): string {
  return channel.toLowerCase();
}

/** The channel of a name in any case, or undefined. */
export function channelOf(name: string): KnownChannel | undefined {
  return channels.find((channel) => channel === name.toUpperCase());
}
