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
      const [one, again, elsewhere] = await Promise.all([
        store.keyOf("default", "ada"),
        store.keyOf("default", "ada"),
        other.keyOf("default", "ada"),
      ]);
      expect(one).toHaveLength(32);
      expect(again).toEqual(one);
      expect(elsewhere).toEqual(one);
      expect(await store.keyOf("default", "eve")).not.toEqual(one);
      expect(await store.keyOf("other", "ada")).not.toEqual(one);
      expect(await store.keyOf("default", "a/da")).not.toEqual(await store.keyOf("default/a", "da"));
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
