import type { KeyTable } from "#gateway/access/key-table.ts";
import type { ApiKeyRecord } from "#shared/domain/access/api-key.ts";
import { allScopes } from "#shared/domain/access/scope.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { type ApiKeyPeppers, drawApiKey, hashApiKey } from "#shared/platform/crypto/api-key-secret.ts";

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
  const limits = { ratePerSecond: null, expiresAt: null, revokedAt: null };
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
