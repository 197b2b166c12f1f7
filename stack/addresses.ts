import { pathToFileURL } from "node:url";
import type { Addresses, SecureAccess } from "#shared/platform/config/addresses.ts";
import type { Layout } from "./layout.ts";
import { postgresUrl } from "./parts/postgres-probe.ts";
import { redisUrl } from "./parts/redis.ts";
import { registryUrl } from "./parts/registry.ts";
import type { Ports } from "./ports.ts";
import { secureFilesOf } from "./secure/secure-files.ts";

/** The ports of a stack, and whether its servers ask for TLS and passwords: not, where nothing is said. */
export type PortsInUse = Ports | { readonly ports: Ports; readonly isSecure: boolean };

/** Where every part of a stack answers. */
export function addressesOf(mode: Addresses["mode"], layout: Layout, at: PortsInUse): Addresses {
  const { ports, isSecure } = "ports" in at ? at : { ports: at, isSecure: false };
  return {
    mode,
    ...(isSecure && { secure: accessOf(layout, ports) }),
    kafka: { bootstrap: `127.0.0.1:${ports.kafka}` },
    registry: { url: registryUrl(ports.registry, isSecure) },
    postgres: { url: postgresUrl(ports.postgres, isSecure) },
    redis: { url: redisUrl(ports.redis, isSecure) },
    artifacts: { url: pathToFileURL(layout.artifacts).href },
    gateway: { url: `http://127.0.0.1:${ports.gateway}` },
    simulator: {
      url: `http://127.0.0.1:${ports.simulator}`,
      smtp: `smtp://127.0.0.1:${ports.smtp}`,
      ledger: layout.ledgerFile,
    },
  };
}

function accessOf(layout: Layout, ports: Ports): SecureAccess {
  const { ca, admin, passwords } = secureFilesOf(layout.secure);
  return {
    folder: layout.secure,
    ca,
    kafkaTls: `127.0.0.1:${ports.kafkaTls}`,
    adminCertificate: admin.certificate,
    adminKey: admin.key,
    redisPassword: passwords.redis,
  };
}
