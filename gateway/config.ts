import { z } from "zod";
import { allProviders } from "#shared/delivery/providers/registry.ts";
import { apiKeySettings } from "#shared/platform/config/api-key-settings.ts";
import { gatewayUrlSettings } from "#shared/platform/config/gateway-url-settings.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { portType } from "#shared/platform/config/port-type.ts";
import { postgresSettings } from "#shared/platform/config/postgres-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { proxySettings } from "#shared/platform/config/proxy-settings.ts";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import { combineSettings, setting, settingGroup } from "#shared/platform/config/setting.ts";
import { callsPerSecond } from "#shared/platform/config/setting-types.ts";
import { unsubscribeSettings } from "#shared/platform/config/unsubscribe-settings.ts";
import { addressList } from "./http/client.ts";
import { defaultLimits } from "./http/limits.ts";
import { webhookSettingsOf } from "./webhooks/webhook-settings.ts";

function atLeastOne() {
  return z.coerce.number().int().min(1).max(1_000_000);
}

function proxies() {
  return z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== ""),
    )
    .refine(isAddressList, "is not a list of addresses and subnets");
}

function isAddressList(entries: readonly string[]): boolean {
  try {
    addressList(entries);
    return true;
  } catch {
    return false;
  }
}

export const settings = combineSettings(
  processSettings,
  kafkaSettings,
  postgresSettings,
  redisSettings,
  unsubscribeSettings,
  gatewayUrlSettings,
  apiKeySettings,
  proxySettings,
  webhookSettingsOf(allProviders),
  settingGroup("Gateway", {
    COMMS_GATEWAY_HOST: setting(z.string().default("127.0.0.1"), "The interface that the gateway listens on."),
    COMMS_GATEWAY_PORT: setting(portType().default(0), "The port that the gateway listens on; 0 takes a free one."),
    COMMS_GATEWAY_CONNECTIONS_MAX: setting(
      atLeastOne().default(defaultLimits.connectionsMax),
      "Connections at once. One client may have a quarter of them; one too many is closed.",
    ),
    COMMS_GATEWAY_BODIES_MAX: setting(
      atLeastOne().default(defaultLimits.bodiesMax),
      "Request bodies at once, arriving or worked on. One client may have a quarter of them; one too many is answered 503.",
    ),
    COMMS_GATEWAY_BODIES_MIB: setting(
      z.coerce
        .number()
        .int()
        .min(8)
        .max(4_096)
        .default(defaultLimits.bodyBytesHeldMax / 1024 ** 2),
      "Memory for those bodies, MiB. One client may have a quarter of it; what is over is answered 503.",
    ),
    COMMS_GATEWAY_CLIENT_RATE: setting(
      callsPerSecond(defaultLimits.clientRate),
      "Requests a second that one client (an IPv4 address, or the /64 of an IPv6 address) may send on average, twice as many for a moment; one too many is answered 429.",
    ),
    COMMS_GATEWAY_KEY_RATE: setting(
      callsPerSecond(defaultLimits.keyRate),
      "Events a second that one key may send on average, to all gateways together, twice as many for a moment; what is over is answered 429. `comms key create --rate` sets another for a key.",
    ),
    COMMS_GATEWAY_TRUSTED_PROXIES: setting(
      proxies(),
      "Addresses and subnets of the proxies before the gateway, with commas: their `X-Forwarded-For` says who the client is. Unset, the client is who connects, so that all behind one proxy count as one.",
    ),
  }),
);
