import { describe, expect, test } from "vitest";
import type { KeyStore } from "#shared/platform/crypto/key-store.ts";

export interface KeyStoreUnderTest {
  readonly store: KeyStore & { destroy(tenantId: string, userId: string): Promise<void> | void };
  /** Another process on the same keys, or the store itself where there can be none. */
  readonly other: KeyStore;
}

/** What every key store keeps to (decision 24). */
export function keyStoreConformance(name: string, create: () => KeyStoreUnderTest): void {
  describe(`key store ${name}`, () => {
    test("gives a person one key of 32 bytes, and each person another", async () => {
      const { store, other } = create();
      const bytesOf = async (tenantId: string, userId: string, from: KeyStore = store) =>
        (await from.keyOf(tenantId, userId)).export().toString("hex");
      const [one, again, elsewhere] = await Promise.all([
        bytesOf("default", "ada"),
        bytesOf("default", "ada"),
        bytesOf("default", "ada", other),
      ]);
      expect(one).toMatch(/^[0-9a-f]{64}$/);
      expect([again, elsewhere]).toEqual([one, one]);
      expect(await bytesOf("default", "eve")).not.toBe(one);
      expect(await bytesOf("other", "ada")).not.toBe(one);
      expect(await bytesOf("default", "a/da")).not.toBe(await bytesOf("default/a", "da"));
    });

    test("gives no key to a person who was erased, known before or not, and makes no new one", async () => {
      const { store } = create();
      await store.keyOf("default", "bob");
      await store.destroy("default", "bob");
      await store.destroy("default", "bob");
      await store.destroy("default", "never-seen");
      const erased = { code: "USER_KEY_DESTROYED", retryable: false };
      await expect(store.keyOf("default", "bob")).rejects.toMatchObject(erased);
      await expect(store.keyOf("default", "bob")).rejects.toMatchObject(erased);
      await expect(store.keyOf("default", "never-seen")).rejects.toMatchObject(erased);
    });
  });
}
