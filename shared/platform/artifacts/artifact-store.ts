import type { Content } from "#shared/domain/channel/channels.ts";
import type { ArtifactReceipt } from "#shared/domain/message/artifact-receipt.ts";

/** The message that an artifact belongs to. It is encrypted under the key of that user. */
export interface ArtifactOwner {
  readonly tenantId: string;
  readonly userId: string;
  readonly msgId: string;
}

/** Immutable, named by its content, encrypted per user. */
export interface ArtifactStore {
  /**
   * Durable when it resolves. The same content again gives the same hash, and may be stored again under another reference:
   * each opens. Throws the `AppError` `ARTIFACT_UNAVAILABLE` (retryable), or `ARTIFACT_UNSTORABLE` (not retryable) if the
   * store can hold nothing at its place.
   */
  put(owner: ArtifactOwner, content: Content): Promise<ArtifactReceipt>;
  /** Throws the `AppError` `ARTIFACT_MISSING` or `ARTIFACT_CORRUPT` (not retryable), or `ARTIFACT_UNAVAILABLE` (retryable). */
  get(owner: ArtifactOwner, ref: string): Promise<Content>;
}
