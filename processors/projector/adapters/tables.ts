import type { Pool } from "pg";
import type { Decision, Rejected } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { arrayLiteral } from "#shared/platform/postgres/array-literal.ts";
import { fieldColumns, rowStatement } from "#shared/platform/postgres/columns.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import type { MessageRow } from "../core/message-row.ts";
import type { SuppressionRow } from "../core/suppression-row.ts";
import { messageStatement } from "./message-statement.ts";

const suppressions = rowStatement(
  sqlFile(import.meta.url, "./upsert-suppressions.sql"),
  fieldColumns<SuppressionRow>({
    tenant_id: "text",
    channel: "text",
    address_hash: "text",
    reason: "text",
    origin: "text",
    scope: "text",
    suppress_id: "text",
    created_at: "instant",
    msg_id: "text",
    evidence: "text",
    source_position: "bigint",
    lifted_at: "instant",
    lifted_position: "bigint",
  }),
);

const decisions = rowStatement<Decision>(sqlFile(import.meta.url, "./insert-decisions.sql"), {
  ...fieldColumns<Decision>({
    decision_id: "text",
    recorded_at: "instant",
    tenant_id: "text",
    user_id: "text",
    msg_id: "text",
    event_id: "text",
    correlation_id: "text",
    causation_id: "text",
    occurred_at: "instant",
    stage: "text",
    round: "int",
    cause_event: "text",
    cause_ref: "text",
    template_name: "text",
    template_version: "int",
    critical: "boolean",
    locale: "text",
    dedupe_key: "text",
    gate: "text",
    reason: "text",
    due_at: "instant",
  }),
  channel: { type: "text", value: ({ channel }) => channelName(channel) },
  category_key: { type: "text", value: ({ category }) => category },
  verdict: { type: "text", value: ({ verdict }) => verdict.toLowerCase() },
  trace: { type: "jsonb", value: ({ trace }) => json(trace) },
});

const rejections = rowStatement<Rejected>(sqlFile(import.meta.url, "./insert-rejections.sql"), {
  ...fieldColumns<Rejected>({
    rejected_id: "text",
    tenant_id: "text",
    recorded_at: "instant",
    event_name: "text",
    cause_ref: "text",
    reason: "text",
    source_topic: "text",
    source_partition: "int",
    source_offset: "bigint",
  }),
  faults: { type: "texts", value: ({ faults }) => json(faults) },
});

/** The statements by the names under which a connection prepares them. */
export const statements = {
  "upsert-messages": messageStatement,
  "upsert-suppressions": suppressions,
  "insert-decisions": decisions,
  "insert-rejections": rejections,
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
    upsertMessages: (rows) => write(pool, "upsert-messages", messageStatement.parameters(rows)),
    upsertSuppressions: (rows) => write(pool, "upsert-suppressions", suppressions.parameters(rows)),
    insertDecisions: (rows) => write(pool, "insert-decisions", decisions.parameters(rows)),
    insertRejections: (rows) => write(pool, "insert-rejections", rejections.parameters(rows)),
  };
}

/** One statement for all rows. */
async function write(pool: Pool, name: keyof typeof statements, columns: readonly unknown[][]): Promise<void> {
  if (columns[0]?.length === 0) return;
  const values = columns.map((column) => storable(arrayLiteral(column)));
  await postgres(() => pool.query({ name, text: statements[name].text, values }));
}

/** Postgres holds no NUL in text; U+FFFD replaces it. */
function storable(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
}

function json(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => storable(part));
}
