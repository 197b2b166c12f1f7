import type { Status } from "#shared/contracts/records.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { noStamp } from "./stamp.ts";

/** One message as a row of `comms_message`. Instants in ms. */
export interface MessageRow {
  readonly msg_id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly channel: string;
  readonly template_name: string;
  readonly cause_ref: string;

  readonly event_id: string;
  readonly correlation_id: string;
  readonly cause_event: string;
  readonly template_version: number;
  readonly category_key: string;
  readonly locale: string;
  readonly dedupe_key: string;
  readonly described_stamp: string;

  readonly status: Status;
  readonly reason: string | null;
  readonly due_at: Instant | null;
  readonly status_stamp: string;

  readonly critical: boolean;
  readonly decided_stamp: string;

  readonly provider: string | null;
  readonly provider_ref: string | null;
  readonly provider_stamp: string;

  readonly last_error_code: string | null;
  readonly error_stamp: string;

  readonly body_rendered_s3: string | null;
  readonly content_hash: string | null;
  readonly rendered_stamp: string;

  readonly cost_micros: number | null;
  readonly currency: string | null;
  readonly cost_stamp: string;

  readonly attempts: number;
  readonly created_at: Instant;
  readonly updated_at: Instant;
  readonly sent_at: Instant | null;
  readonly delivered_at: Instant | null;
}

/** The parts of a row that only some records have. */
export const unknownParts = {
  critical: false,
  decided_stamp: noStamp,
  provider: null,
  provider_ref: null,
  provider_stamp: noStamp,
  last_error_code: null,
  error_stamp: noStamp,
  body_rendered_s3: null,
  content_hash: null,
  rendered_stamp: noStamp,
  cost_micros: null,
  currency: null,
  cost_stamp: noStamp,
  attempts: 0,
  sent_at: null,
  delivered_at: null,
} as const satisfies Partial<MessageRow>;
