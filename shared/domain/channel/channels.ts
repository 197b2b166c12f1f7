import type { Channel, Send } from "#shared/contracts/records.ts";
import type { Targets } from "../delivery/target.ts";
import type { KnownChannel } from "../message/channel.ts";
import type { ChannelDescriptor, Recipient } from "./descriptor.ts";
import { email } from "./email.ts";
import { inapp } from "./inapp.ts";
import { push } from "./push.ts";
import { sms } from "./sms.ts";
import { whatsapp } from "./whatsapp.ts";

/** Every channel by name, in the order in which people see them. A channel without a descriptor does not compile. */
export const channelDescriptors = {
  EMAIL: email,
  PUSH: push,
  SMS: sms,
  INAPP: inapp,
  WHATSAPP: whatsapp,
} as const satisfies Readonly<Record<KnownChannel, ChannelDescriptor>>;

/** The channels of messages, in the order in which people see them. */
export const channels = Object.keys(channelDescriptors) as readonly KnownChannel[];

/** The content of one message on a channel; `never` on one that has none. */
export type ContentOf<One extends KnownChannel> = ContentIn<(typeof channelDescriptors)[One]>;

type ContentIn<Descriptor> = Descriptor extends ChannelDescriptor<infer Content> ? Content : never;

/** The content of one message, as rendered and as the artifact store holds it (encrypted). */
export type Content = ContentOf<KnownChannel>;

/** The channel of a name in any case, or undefined. */
export function channelOf(name: string): KnownChannel | undefined {
  return channels.find((channel) => channel === name.toUpperCase());
}

/** The descriptor of a channel; undefined for one that this version does not know. */
export function descriptorOf(channel: Channel): ChannelDescriptor | undefined {
  return channel === "UNKNOWN" ? undefined : channelDescriptors[channel];
}

/** The content of a message whose sender sends on one channel. Throws a `TypeError` if it was rendered for another. */
export function contentFor<One extends KnownChannel>(
  channel: One,
  { send, content }: { readonly send: Pick<Send, "msg_id">; readonly content: Content },
): ContentOf<One> {
  if (content.channel === channel) return content as ContentOf<One>;
  throw new TypeError(`Message ${send.msg_id} has ${content.channel} content`);
}

/** The channels that a critical message falls back to when it lacks a consent on this one, in order (PRF-08). */
export function fallbackOf(channel: Channel): readonly KnownChannel[] {
  return descriptorOf(channel)?.fallback ?? [];
}

/** Where a message on a channel goes, as the person's records are now; `none` on an unknown channel. */
export function targetsOf(channel: Channel, recipient: Recipient): Targets {
  return descriptorOf(channel)?.targets(recipient) ?? "none";
}

/** Whether a channel has addresses that can be hashed and suppressed. */
export function hasAddresses(channel: Channel): boolean {
  return typeof descriptorOf(channel)?.normalise === "function";
}

/**
 * The one spelling of an address on a channel; trimmed where addresses are not hashed. Undefined if nothing can be sent to
 * it.
 */
export function normaliseAddress(channel: Channel, address: string): string | undefined {
  const normalise = descriptorOf(channel)?.normalise;
  return normalise ? normalise(address) : address.trim() || undefined;
}

/** Whether a second call of one message changes nothing on the channel. */
export function isRepeatable(channel: Channel): boolean {
  return descriptorOf(channel)?.isRepeatable ?? false;
}

/** Whether the channel may be used only after a recorded consent. Says nothing of preferences or suppressions. */
export function needsConsent(channel: Channel): boolean {
  return descriptorOf(channel)?.needsConsent ?? false;
}
