import type { Channel } from "#shared/contracts/records.ts";

/** The channels that a message can take, in the order in which they are listed to people. */
export const channels = ["EMAIL", "PUSH", "SMS", "INAPP", "WHATSAPP"] as const satisfies readonly Channel[];

/** One of `channels`. A record of a later schema may carry another. */
export type KnownChannel = (typeof channels)[number];

/** The channel as labels, topics, tables and people write it: `email`. */
export function channelName(channel: Channel): string {
  return channel.toLowerCase();
}

/** The channel of a name as people write it, or undefined. */
export function channelOf(name: string): KnownChannel | undefined {
  return channels.find((channel) => channel === name.toUpperCase());
}
