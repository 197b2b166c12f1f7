import type { Channel } from "#shared/contracts/records.ts";
import type { Targets } from "../delivery/target.ts";
import type { KnownChannel } from "../message/channel.ts";
import type { ChannelDescriptor, Recipient } from "./descriptor.ts";
import { email } from "./email.ts";
import { inapp } from "./inapp.ts";
import { push } from "./push.ts";
import { sms } from "./sms.ts";
import { whatsapp } from "./whatsapp.ts";

/** Every channel by name. A channel without a descriptor does not compile. */
export const channelDescriptors: Readonly<Record<KnownChannel, ChannelDescriptor>> = {
  EMAIL: email,
  PUSH: push,
  SMS: sms,
  INAPP: inapp,
  WHATSAPP: whatsapp,
};

/** The descriptor of a channel; undefined for one that this version does not know. */
export function descriptorOf(channel: Channel): ChannelDescriptor | undefined {
  return channel === "UNKNOWN" ? undefined : channelDescriptors[channel];
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

/** Whether the channel may be used only after a recorded consent. Says nothing of preferences or suppressions. */
export function needsConsent(channel: Channel): boolean {
  return descriptorOf(channel)?.needsConsent ?? false;
}
