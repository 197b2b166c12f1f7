import type { ReportSubject } from "#shared/domain/feedback/report-subject.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** What `comms_message` knows of a message; no webhook repeats it. */
export interface KnownMessage extends Omit<ReportSubject, "artifact_ref" | "occurred_at"> {
  readonly artifact_ref: string | null;
  readonly content_hash: string | null;
  readonly critical: boolean;
  /** When it was last queued for its sender; null until its render is known. */
  readonly queued_at: Instant | null;
  readonly provider: string | null;
  readonly provider_ref: string | null;
  /** When the first record of it was written. */
  readonly created_at: Instant;
}

/**
 * A message as the webhook itself brings it along, sealed by its sender. What only a next attempt needs is not there, so it
 * is enough for a webhook whose call names no attempt.
 */
export function messageOfSubject({ occurred_at, ...subject }: ReportSubject): KnownMessage {
  const unknown = { content_hash: null, critical: false, queued_at: null, provider: null, provider_ref: null };
  return { ...subject, ...unknown, created_at: occurred_at };
}
