import type { ApiKeyPeppers } from "#shared/platform/crypto/api-key-secret.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { createAuthenticator } from "./authenticate.ts";
import { createKeyCache } from "./key-cache.ts";
import { createKeyRates } from "./key-rates.ts";
import { createKeyTable, subscribeToKeys } from "./key-table.ts";
import { watchKeys } from "./key-watch.ts";
import { createLastUse } from "./last-use.ts";
import type { AccessParts } from "./require-keys.ts";
import { createRedisBuckets, createSharedBuckets } from "./shared-buckets.ts";
import { createWrongKeys } from "./wrong-keys.ts";

/** What keys are opened with. */
export interface KeySettings {
  /** Who says so in the log: `gateway` or `admin`. */
  readonly stage: string;
  readonly peppers: ApiKeyPeppers;
  /** Requests or events a second of a key that has no rate of its own. */
  readonly keyRate: number;
}

/** Who may speak to a server. */
export interface OpenKeys {
  readonly access: AccessParts;
  /** Keeps the known keys up to date, notes their uses and asks for Redis where it is away, until the signal aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Opens the table of keys. The keys are watched over a connection of their own, which no statement keeps busy. */
export function openKeys(platform: ProcessContext, { stage, peppers, keyRate }: KeySettings): OpenKeys {
  const { clock, telemetry } = platform;
  const { metrics, log } = telemetry;
  const table = createKeyTable(platform.postgres());
  const pool = platform.ownPostgres({ max: 1, connectTimeoutMs: 1_000, statementTimeoutMs: 1_000 });
  const cache = createKeyCache({ table, clock });
  const lastUse = createLastUse({ table, clock });
  const store = createRedisBuckets(platform.redis(), platform.keys);
  const buckets = createSharedBuckets({ store, clock, metrics });
  const onBlocked = (client: string): void =>
    log.warn({ stage, client }, "As many wrong API keys as may be came from a client, and it has to wait");
  const watching = {
    subscribe: (onChange: (keyId: string) => void) => subscribeToKeys(pool, onChange),
    cache,
    clock,
    metrics,
  };
  return {
    access: {
      authenticate: createAuthenticator({
        cache,
        peppers,
        clock,
        wrongKeys: createWrongKeys({ buckets, clock, pepper: peppers.peppers[peppers.current] ?? "", onBlocked }),
      }),
      lastUse,
      metrics,
      rates: createKeyRates({ buckets, clock, keyRate }),
    },
    run: async (signal) =>
      void (await Promise.all([watchKeys(watching, signal), lastUse.run(signal), buckets.run(signal)])),
  };
}
