/** Data keys, one a person: what is encrypted under it is erased by destroying the key (decision 24). */
export interface KeyStore {
  /**
   * The person's key, 32 bytes; made at the first call. The caller must not keep it. Throws `Trouble`
   * `USER_KEY_DESTROYED` (not retryable) for a person who was erased, and the store's retryable `Trouble`.
   */
  keyOf(tenantId: string, userId: string): Promise<Buffer>;
}
