import { isIP } from "node:net";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import type { RedisOptions } from "ioredis";
import type { RedisConfig } from "../config/redis-settings.ts";
import { createSecretSource } from "../tls/secret-source.ts";
import { createTlsSource, type TlsSource } from "../tls/tls-source.ts";

/** What a URL, files and sentinels say of a connection. */
export type RedisAddress = Pick<
  RedisOptions,
  | "host"
  | "port"
  | "db"
  | "username"
  | "password"
  | "tls"
  | "name"
  | "sentinels"
  | "sentinelPassword"
  | "sentinelTLS"
  | "enableTLSForSentinelMode"
  | "sentinelRetryStrategy"
>;

/** How to reach a Redis. The options are as the files have them now: ask before each connection. */
export interface RedisAccess {
  options(): RedisAddress;
}

/** The access that the settings describe. */
export function redisAccess(config: RedisConfig): RedisAccess {
  const address = redisAddress(config.COMMS_REDIS_URL);
  const password = createSecretSource({ setting: "COMMS_REDIS_PASSWORD_FILE", file: config.COMMS_REDIS_PASSWORD_FILE });
  const sentinelPassword = config.COMMS_REDIS_SENTINEL_PASSWORD;
  const sentinels = config.COMMS_REDIS_SENTINELS;
  const source = address.tls === undefined ? undefined : tlsOf(config);
  return {
    options: () => {
      const tls = source && tlsOptions(source, sentinels === undefined ? address.host : undefined);
      const secrets = { ...(password && { password: password() }), ...(tls && { tls }) };
      if (sentinels === undefined) return { ...address, ...secrets };
      return {
        ...address,
        ...secrets,
        name: address.host ?? "",
        sentinels: sentinels.split(",").map((each) => sentinelAt(each.trim())),
        ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
        ...(tls && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
        sentinelRetryStrategy: (times) => Math.min(25 * 2 ** times, 1_000),
      };
    },
  };
}

/** What a URL says; `tls` is there for `rediss`. */
export function redisAddress(text: string): RedisAddress {
  const url = new URL(text);
  const database = Number(url.pathname.slice(1) || "0");
  return {
    ...Object.fromEntries(url.searchParams),
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || "6379"),
    db: Number.isInteger(database) ? database : 0,
    ...(url.username === "" ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === "" ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === "rediss:" ? { tls: {} } : {}),
  };
}

function sentinelAt(address: string): { readonly host: string; readonly port: number } {
  const at = address.lastIndexOf(":");
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
}

function tlsOf(config: RedisConfig): TlsSource {
  const file = (setting: "COMMS_REDIS_CA_FILE" | "COMMS_REDIS_CERTIFICATE_FILE" | "COMMS_REDIS_KEY_FILE") => {
    const path = config[setting];
    return path === undefined ? undefined : { setting, path };
  };
  return createTlsSource({
    ca: file("COMMS_REDIS_CA_FILE"),
    certificate: file("COMMS_REDIS_CERTIFICATE_FILE"),
    key: file("COMMS_REDIS_KEY_FILE"),
  });
}

/** An address has no place in SNI, and Node would compare the certificate with `localhost` in its place. */
function tlsOptions(source: TlsSource, host: string | undefined): ConnectionOptions {
  const secureContext = source.context();
  if (host === undefined) return { secureContext };
  return {
    secureContext,
    ...(isIP(host) === 0
      ? { servername: host }
      : { checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate) }),
  };
}
