import type { ArtifactReceipt, Content } from "#shared/domain/message/content.ts";

/** Whose message an artifact belongs to: the key it is encrypted under is the user's. */
export interface ArtifactOwner {
  readonly tenantId: string;
  readonly userId: string;
  readonly msgId: string;
}

/** Immutable, content-addressed, encrypted per user. */
export interface ArtifactStore {
  /**
   * Durable when it resolves; the same content again gives the same receipt and writes nothing. Throws `Trouble`
   * `ARTIFACT_UNAVAILABLE` (retryable), or `ARTIFACT_UNSTORABLE` (not retryable) where the store has no place for such a name.
   */
  put(owner: ArtifactOwner, content: Content): Promise<ArtifactReceipt>;
  /** Throws `Trouble` `ARTIFACT_MISSING` or `ARTIFACT_CORRUPT` (not retryable), or `ARTIFACT_UNAVAILABLE` (retryable). */
  get(owner: ArtifactOwner, ref: string): Promise<Content>;
}
