import type { Channel } from "#shared/contracts/records.ts";

/** A channel that this version knows. `channel/channels.ts` lists them; a record of a later schema may carry another. */
export type KnownChannel = Exclude<Channel, "UNKNOWN">;

/** The name of a channel in labels, topics, tables and texts: `email`. */
export function channelName(channel: Channel): string {
  return channel.toLowerCase();
}
