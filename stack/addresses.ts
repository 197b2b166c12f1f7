import { pathToFileURL } from "node:url";
import type { Addresses } from "#shared/platform/config/addresses.ts";
import type { Layout } from "./layout.ts";
import { postgresUrl } from "./parts/postgres-probe.ts";
import type { Ports } from "./ports.ts";

/** Where every part of a stack answers. */
export function addressesOf(mode: Addresses["mode"], layout: Layout, ports: Ports): Addresses {
  return {
    mode,
    kafka: { bootstrap: `127.0.0.1:${ports.kafka}` },
    registry: { url: `http://127.0.0.1:${ports.registry}/apis/ccompat/v7` },
    postgres: { url: postgresUrl(ports.postgres) },
    redis: { url: `redis://127.0.0.1:${ports.redis}` },
    artifacts: { url: pathToFileURL(layout.artifacts).href },
    gateway: { url: `http://127.0.0.1:${ports.gateway}` },
    simulator: {
      url: `http://127.0.0.1:${ports.simulator}`,
      smtp: `smtp://127.0.0.1:${ports.smtp}`,
      ledger: layout.ledgerFile,
    },
  };
}
