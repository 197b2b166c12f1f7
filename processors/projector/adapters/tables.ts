import type { Pool } from "pg";
import type { Decision, Rejected } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { lattice, statusName } from "#shared/domain/status/status.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import type { MessageRow } from "../core/message-row.ts";
import type { SuppressionRow } from "../core/suppression-row.ts";

/** The values of one row, in the order of the statement's arrays. */
type Values<Row> = (row: Row) => readonly unknown[];

interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  readonly values: Values<Row>;
}

const messages: Statement<MessageRow> = {
  name: "upsert-messages",
  text: sqlFile(import.meta.url, "./upsert-messages.sql"),
  values: (row) =>
    [
      [row.msg_id, row.tenant_id, row.user_id, row.channel, row.template_name, row.cause_ref],
      [row.event_id, row.correlation_id, row.cause_event, row.template_version, row.category_key, row.locale],
      [row.dedupe_key, row.described_stamp],
      [statusName(row.status), lattice[row.status].rank, row.reason, row.due_at, row.status_stamp],
      [row.critical, row.decided_stamp],
      [row.provider, row.provider_ref, row.provider_stamp],
      [row.last_error_code, row.error_stamp],
      [row.body_rendered_s3, row.content_hash, row.rendered_stamp],
      [row.cost_micros, row.currency, row.cost_stamp],
      [row.attempts, row.created_at, row.updated_at, row.sent_at, row.delivered_at],
    ].flat(),
};

const suppressions: Statement<SuppressionRow> = {
  name: "upsert-suppressions",
  text: sqlFile(import.meta.url, "./upsert-suppressions.sql"),
  values: (row) =>
    [
      [row.tenant_id, row.channel, row.address_hash, row.reason, row.origin, row.scope],
      [row.suppress_id, row.created_at, row.msg_id, row.evidence, row.source_position],
      [row.lifted_at, row.lifted_position],
    ].flat(),
};

const decisions: Statement<Decision> = {
  name: "insert-decisions",
  text: sqlFile(import.meta.url, "./insert-decisions.sql"),
  values: (row) =>
    [
      [row.decision_id, row.recorded_at, row.tenant_id, row.user_id, row.msg_id, row.event_id, row.correlation_id],
      [row.causation_id, row.occurred_at, row.stage, row.round, channelName(row.channel), row.cause_event],
      [row.cause_ref, row.template_name, row.template_version, row.category, row.critical, row.locale],
      [row.dedupe_key, row.gate, row.verdict.toLowerCase(), row.reason, row.due_at, json(row.trace)],
    ].flat(),
};

const rejections: Statement<Rejected> = {
  name: "insert-rejections",
  text: sqlFile(import.meta.url, "./insert-rejections.sql"),
  values: (row) =>
    [
      [row.rejected_id, row.tenant_id, row.recorded_at, row.event_name, row.cause_ref, row.reason],
      [json(row.faults), row.source_topic, row.source_partition, row.source_offset],
    ].flat(),
};

/** The projector's tables. Every write is idempotent, and throws retryable `POSTGRES_UNAVAILABLE` in an outage. */
export interface Tables {
  /** At most one row a message, ordered by `msg_id`. */
  upsertMessages(rows: readonly MessageRow[]): Promise<void>;
  /** At most one row an entry, ordered by key. */
  upsertSuppressions(rows: readonly SuppressionRow[]): Promise<void>;
  /** The partitions must exist: `Partitions.ensure`. */
  insertDecisions(rows: readonly Decision[]): Promise<void>;
  insertRejections(rows: readonly Rejected[]): Promise<void>;
}

export function createTables(pool: Pool): Tables {
  return {
    upsertMessages: (rows) => write(pool, messages, rows),
    upsertSuppressions: (rows) => write(pool, suppressions, rows),
    insertDecisions: (rows) => write(pool, decisions, rows),
    insertRejections: (rows) => write(pool, rejections, rows),
  };
}

/** One statement for all rows: an array a column. */
async function write<Row>(pool: Pool, { name, text, values }: Statement<Row>, rows: readonly Row[]): Promise<void> {
  const [first, ...rest] = rows.map((row) => values(row).map(storable));
  if (first === undefined) return;
  const columns = first.map((value) => [value]);
  for (const row of rest) row.forEach((value, index) => columns[index]?.push(value));
  await postgres(() => pool.query({ name, text, values: columns }));
}

/** Postgres holds no NUL in text; U+FFFD replaces it. */
function storable(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
}

function json(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => storable(part));
}
