import type { Content } from "#shared/domain/channel/channels.ts";
import type { ArtifactReceipt } from "#shared/domain/message/artifact-receipt.ts";

/** The message that an artifact belongs to. It is encrypted under the key of that user. */
export interface ArtifactOwner {
  readonly tenantId: string;
  readonly userId: string;
  readonly msgId: string;
}

/** Immutable, content-addressed, encrypted per user. */
export interface ArtifactStore {
  /**
   * Durable when it resolves; the same content again gives the same receipt and writes nothing. Throws the `AppError`
   * `ARTIFACT_UNAVAILABLE` (retryable), or `ARTIFACT_UNSTORABLE` (not retryable) if the store cannot hold such a name.
   */
  put(owner: ArtifactOwner, content: Content): Promise<ArtifactReceipt>;
  /** Throws the `AppError` `ARTIFACT_MISSING` or `ARTIFACT_CORRUPT` (not retryable), or `ARTIFACT_UNAVAILABLE` (retryable). */
  get(owner: ArtifactOwner, ref: string): Promise<Content>;
}
