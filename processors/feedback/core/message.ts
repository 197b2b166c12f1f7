import type { Instant } from "#shared/domain/time/instant.ts";

/** What `comms_message` knows of a message; no webhook repeats it. */
export interface KnownMessage {
  readonly msg_id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly event_id: string;
  readonly correlation_id: string;
  readonly cause_event: string;
  readonly cause_ref: string;
  readonly template_name: string;
  readonly template_version: number;
  readonly category: string;
  readonly locale: string;
  readonly dedupe_key: string;
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
