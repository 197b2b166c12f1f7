import type { KnownChannel } from "#shared/domain/message/channel.ts";
import { fcmProvider } from "./fcm/provider.ts";
import { inappProvider } from "./inapp/provider.ts";
import type { Provider } from "./provider.ts";
import { sesProvider } from "./ses/provider.ts";
import { smtpProvider } from "./smtp/provider.ts";
import { twilioProvider } from "./twilio/provider.ts";

/** What the gateway and the feedback stage know of a provider. */
export type WebhookProvider = Pick<Provider, "name" | "channel" | "webhook">;

/** Every provider. The first of a channel is the one that sends where nothing else is configured. */
export const allProviders: readonly Provider[] = [
  sesProvider,
  smtpProvider,
  fcmProvider,
  twilioProvider,
  inappProvider,
];

/** The provider of this name, if there is one. */
export function providerOf(name: string): Provider | undefined {
  return allProviders.find((provider) => provider.name === name);
}

/** The providers of a channel, the default first. */
export function providersOf(channel: KnownChannel): readonly Provider[] {
  return allProviders.filter((provider) => provider.channel === channel);
}
