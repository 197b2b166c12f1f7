import type { Content } from "#shared/message/content.ts";

/** Whose message an artifact belongs to: the key it is encrypted under is the user's. */
export interface ArtifactOwner {
  readonly tenantId: string;
  readonly userId: string;
  readonly msgId: string;
}

/** What a store gives back for a content, and what a record carries in its place. */
export interface ArtifactReceipt {
  /** `<tenant>/<msg_id>/<content hash>`. */
  readonly ref: string;
  /** SHA-256 of the plain content's canonical JSON, hex. */
  readonly hash: string;
  /** Size of that JSON, bytes. */
  readonly bytes: number;
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
