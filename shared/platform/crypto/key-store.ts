import type { KeyObject } from "node:crypto";

/** Data keys, one a person: destroying the key erases everything that is encrypted under it (decision 24). */
export interface KeyStore {
  /**
   * The person's key, a `sealingKey`; made at the first call. The caller must not keep it. Throws the `AppError`
   * `USER_KEY_DESTROYED` (not retryable) for a person who was erased, and the store's retryable errors.
   */
  keyOf(tenantId: string, userId: string): Promise<KeyObject>;
}
