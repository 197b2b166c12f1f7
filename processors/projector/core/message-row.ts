import type { Status } from "#shared/contracts/records.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { noStamp } from "./stamp.ts";

/** A group of columns that one record fills together: the record with the greatest `<group>_stamp`. */
const stampGroups = ["described", "status", "decided", "provider", "error", "rendered", "cost"] as const;

/** A group of columns with a stamp. In the group `status` the rank of the status counts before the stamp. */
export type StampGroup = (typeof stampGroups)[number];

/** The TypeScript value of a column, by its type. An instant is in ms. */
interface ColumnValues {
  readonly text: string;
  readonly int: number;
  readonly bigint: number;
  readonly boolean: boolean;
  readonly instant: Instant;
  readonly status: Status;
}

interface MessageColumn {
  readonly type: keyof ColumnValues;
  /** Which of two rows fills the column. A `key` is the same in both: `msg_id` is derived from it. */
  readonly merge: StampGroup | "key" | "greatest" | "least";
  /** The value where a record says nothing of the column. Absent where every record says it. */
  readonly unknown?: string | number | boolean | null;
}

/**
 * The columns of `comms_message` that the projector writes. The row's type, the merge in memory, the statement and its
 * parameters all follow from this table; `adapters/upsert-messages.sql` has the holes that it fills.
 */
export const messageColumns = {
  msg_id: { type: "text", merge: "key" },
  tenant_id: { type: "text", merge: "key" },
  user_id: { type: "text", merge: "key" },
  channel: { type: "text", merge: "key" },
  template_name: { type: "text", merge: "key" },
  cause_ref: { type: "text", merge: "key" },

  event_id: { type: "text", merge: "described" },
  correlation_id: { type: "text", merge: "described" },
  cause_event: { type: "text", merge: "described" },
  template_version: { type: "int", merge: "described" },
  category_key: { type: "text", merge: "described" },
  locale: { type: "text", merge: "described" },
  dedupe_key: { type: "text", merge: "described" },
  described_stamp: { type: "text", merge: "described" },

  status: { type: "status", merge: "status" },
  reason: { type: "text", merge: "status", unknown: null },
  due_at: { type: "instant", merge: "status", unknown: null },
  status_stamp: { type: "text", merge: "status" },

  critical: { type: "boolean", merge: "decided", unknown: false },
  decided_stamp: { type: "text", merge: "decided", unknown: noStamp },

  provider: { type: "text", merge: "provider", unknown: null },
  provider_ref: { type: "text", merge: "provider", unknown: null },
  provider_stamp: { type: "text", merge: "provider", unknown: noStamp },

  last_error_code: { type: "text", merge: "error", unknown: null },
  error_stamp: { type: "text", merge: "error", unknown: noStamp },

  body_rendered_s3: { type: "text", merge: "rendered", unknown: null },
  content_hash: { type: "text", merge: "rendered", unknown: null },
  rendered_stamp: { type: "text", merge: "rendered", unknown: noStamp },

  cost_micros: { type: "bigint", merge: "cost", unknown: null },
  currency: { type: "text", merge: "cost", unknown: null },
  cost_stamp: { type: "text", merge: "cost", unknown: noStamp },

  attempts: { type: "int", merge: "greatest", unknown: 0 },
  created_at: { type: "instant", merge: "least" },
  updated_at: { type: "instant", merge: "greatest" },
  sent_at: { type: "instant", merge: "least", unknown: null },
  delivered_at: { type: "instant", merge: "least", unknown: null },
} as const satisfies Readonly<Record<string, MessageColumn>>;

type MessageColumns = typeof messageColumns;

/** The name of a column of `messageColumns`. */
export type MessageColumnName = keyof MessageColumns;

type ValueOf<Column extends MessageColumn> =
  | ColumnValues[Column["type"]]
  | (Column extends { readonly unknown: null } ? null : never);

/** One message as a row of `comms_message`. Instants in ms. */
export type MessageRow = { readonly [Name in MessageColumnName]: ValueOf<MessageColumns[Name]> };

type OptionalName = {
  [Name in MessageColumnName]: MessageColumns[Name] extends { readonly unknown: unknown } ? Name : never;
}[MessageColumnName];

/** The columns with their names, in the order of the table. */
export const messageColumnEntries = Object.entries(messageColumns) as readonly [MessageColumnName, MessageColumn][];

/** The parts of a row that only some records have. */
export const unknownParts = Object.fromEntries(
  messageColumnEntries
    .filter(([, column]) => column.unknown !== undefined)
    .map(([name, { unknown }]) => [name, unknown]),
) as Pick<MessageRow, OptionalName>;
