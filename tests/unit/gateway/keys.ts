import type { KeyTable } from "#gateway/access/key-table.ts";
import { type BucketDraw, type BucketStore, createSharedBuckets } from "#gateway/access/shared-buckets.ts";
import type { ApiKeyRecord } from "#shared/domain/access/api-key.ts";
import { allScopes } from "#shared/domain/access/scope.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { type ApiKeyPeppers, drawApiKey, hashApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";

export const peppers: ApiKeyPeppers = { current: "p1", peppers: { p1: "pepper of this year" } };

/** A key that may be used, and its text. */
export interface TestKey {
  readonly text: string;
  readonly record: ApiKeyRecord;
}

/** A key of the default tenant that may do everything, unless given otherwise. */
export function aKey(given: Partial<ApiKeyRecord> = {}): TestKey {
  const { keyId, text } = drawApiKey();
  const hash = hashApiKey(text, peppers);
  const limits = { role: null, ratePerSecond: null, expiresAt: null, revokedAt: null };
  return { text, record: { keyId, tenantId: "default", hash, scopes: allScopes, ...limits, ...given } };
}

/** The table of keys in memory. */
export interface MemoryKeys extends KeyTable {
  readonly records: Map<string, ApiKeyRecord>;
  /** The ids that were asked for, in order. */
  readonly asked: string[];
  readonly uses: Map<string, Instant>;
  /** What the next calls reject with, for as long as it is set. */
  failure: Error | undefined;
}

export function createMemoryKeys(...keys: readonly TestKey[]): MemoryKeys {
  const table: MemoryKeys = {
    records: new Map(keys.map(({ record }) => [record.keyId, record])),
    asked: [],
    uses: new Map(),
    failure: undefined,
    find: async (keyId) => {
      table.asked.push(keyId);
      if (table.failure) throw table.failure;
      return table.records.get(keyId);
    },
    noteUses: async (uses) => {
      if (table.failure) throw table.failure;
      for (const [keyId, at] of uses) table.uses.set(keyId, at);
    },
  };
  return table;
}

/** Buckets in memory that some gateways share, as Redis keeps them. */
export interface MemoryBuckets extends BucketStore {
  /** What was drawn, in order. */
  readonly draws: (BucketDraw & { readonly name: string })[];
  /** What the next calls reject with, for as long as it is set. */
  failure: Error | undefined;
}

export function createMemoryBuckets(clock: Pick<Clock, "now">): MemoryBuckets {
  const buckets = new Map<string, { readonly tokens: number; readonly at: Instant }>();
  const store: MemoryBuckets = {
    draws: [],
    failure: undefined,
    draw: async (name, draw) => {
      store.draws.push({ name, ...draw });
      if (store.failure) throw store.failure;
      const { rate, burst, wanted, spent } = draw;
      const now = clock.now();
      const { tokens: held, at } = buckets.get(name) ?? { tokens: burst, at: now };
      const tokens = Math.min(burst, held + ((now - at) * rate) / 1_000) - spent;
      const granted = Math.max(0, Math.min(wanted, Math.floor(tokens + 1e-9)));
      buckets.set(name, { tokens: tokens - granted, at: now });
      const left = tokens - granted;
      return { granted, waitMs: granted === 0 && left + 1e-9 < 1 ? Math.ceil(((1 - left) * 1_000) / rate) : 0 };
    },
    ping: async () => {
      if (store.failure) throw store.failure;
    },
  };
  return store;
}

/** The buckets as one gateway sees them. */
export function sharedThrough(store: BucketStore, clock: Clock, set: Metrics["set"] = () => {}) {
  return createSharedBuckets({ store, clock, metrics: { set } });
}
