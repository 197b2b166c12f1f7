import { type KeyObject, randomBytes } from "node:crypto";
import { keyDestroyed } from "#shared/platform/crypto/destroyed.ts";
import { sealingKey } from "#shared/platform/crypto/envelope.ts";
import type { KeyStore } from "#shared/platform/crypto/key-store.ts";

/** Keys in this process only, for tests; `destroy` takes effect at once. */
export interface MemoryKeyStore extends KeyStore {
  destroy(tenantId: string, userId: string): void;
}

/** Keys that live as long as the process: for tests and the in-memory platform. */
export function createMemoryKeyStore(): MemoryKeyStore {
  const keys = new Map<string, KeyObject | null>();
  const place = (tenantId: string, userId: string) => JSON.stringify([tenantId, userId]);
  return {
    keyOf: async (tenantId, userId) => {
      const known = keys.get(place(tenantId, userId));
      if (known === null) throw keyDestroyed();
      const key = known ?? sealingKey(randomBytes(32));
      keys.set(place(tenantId, userId), key);
      return key;
    },
    destroy: (tenantId, userId) => void keys.set(place(tenantId, userId), null),
  };
}
