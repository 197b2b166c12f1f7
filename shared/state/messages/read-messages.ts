import type { Pool } from "pg";
import type { ExplainedDecision, ExplainedGate, ExplainedMessage } from "#shared/domain/explanation/explain.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

const messagesOf = sqlFile(import.meta.url, "./messages-of.sql");
const decisionsOf = sqlFile(import.meta.url, "./decisions-of.sql");

/** Whose messages to read, and since when. */
export interface MessageQuery {
  readonly tenantId: string;
  readonly userId: string;
  readonly template?: string | undefined;
  readonly since: Instant;
  /** The number of messages at most, the latest first. */
  readonly limit: number;
}

/** The messages of a person, each with its decisions in order. Throws the retryable `POSTGRES_UNAVAILABLE`. */
export async function readMessages(pool: Pool, query: MessageQuery): Promise<readonly ExplainedMessage[]> {
  const { tenantId, userId, template, since, limit } = query;
  const found = await postgres(() =>
    pool.query<MessageRow>(messagesOf, [tenantId, userId, template ?? null, new Date(since), limit]),
  );
  const ids = found.rows.map((row) => row.msg_id);
  const decisions = await postgres(() => pool.query<DecisionRow>(decisionsOf, [ids]));
  const byMessage = Map.groupBy(decisions.rows, (row) => row.msg_id);
  return found.rows.map((row) => messageFrom(row, byMessage.get(row.msg_id) ?? []));
}

interface MessageRow {
  readonly msg_id: string;
  readonly channel: string;
  readonly template_name: string;
  readonly template_version: number;
  readonly locale: string;
  readonly status: string;
  readonly reason: string | null;
  readonly due_at: Date | null;
  readonly provider: string | null;
  readonly provider_ref: string | null;
  readonly attempts: number;
  readonly cause_event: string;
  readonly cause_ref: string;
  readonly created_at: Date;
}

interface DecisionRow {
  readonly msg_id: string;
  readonly stage: string;
  readonly round: number;
  readonly recorded_at: Date;
  readonly verdict: string;
  readonly reason: string | null;
  readonly trace: readonly ExplainedGate[];
}

function messageFrom(row: MessageRow, decisions: readonly DecisionRow[]): ExplainedMessage {
  return {
    msgId: row.msg_id,
    channel: row.channel,
    template: row.template_name,
    version: row.template_version,
    locale: row.locale,
    status: row.status,
    reason: row.reason,
    dueAt: row.due_at?.getTime() ?? null,
    provider: row.provider,
    providerRef: row.provider_ref,
    attempts: row.attempts,
    causeEvent: row.cause_event,
    causeRef: row.cause_ref,
    createdAt: row.created_at.getTime(),
    decisions: decisions.toSorted((a, b) => a.recorded_at.getTime() - b.recorded_at.getTime()).map(decisionFrom),
  };
}

function decisionFrom(row: DecisionRow): ExplainedDecision {
  return {
    stage: row.stage,
    recordedAt: row.recorded_at.getTime(),
    verdict: row.verdict,
    reason: row.reason,
    trace: row.trace,
  };
}
