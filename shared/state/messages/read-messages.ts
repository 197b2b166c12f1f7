import type { Pool } from "pg";
import type { ExplainedDecision, ExplainedMessage } from "#shared/domain/explanation/explained-message.ts";
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
  return readWith(pool, [tenantId, userId, template ?? null, new Date(since), limit, null]);
}

/** One message of a tenant with its decisions in order; undefined where there is none. Throws the retryable `POSTGRES_UNAVAILABLE`. */
export async function readMessage(
  pool: Pool,
  { tenantId, msgId }: { readonly tenantId: string; readonly msgId: string },
): Promise<ExplainedMessage | undefined> {
  const [message] = await readWith(pool, [tenantId, null, null, new Date(0), 1, msgId]);
  return message;
}

async function readWith(pool: Pool, values: readonly unknown[]): Promise<readonly ExplainedMessage[]> {
  const found = await postgres(() => pool.query<MessageFields>(messagesOf, [...values]));
  const ids = found.rows.map((row) => row.msgId);
  const decisions = await postgres(() => pool.query<DecisionRow>(decisionsOf, [ids]));
  const byMessage = Map.groupBy(decisions.rows, (row) => row.msgId);
  return found.rows.map((row) => explained(row, byMessage.get(row.msgId) ?? []));
}

type MessageFields = Omit<ExplainedMessage, "decisions" | "occurredAt">;

interface DecisionRow {
  readonly msgId: string;
  readonly occurredAt: Instant;
  readonly decision: ExplainedDecision;
}

function explained(fields: MessageFields, rows: readonly DecisionRow[]): ExplainedMessage {
  const ordered = rows.toSorted((a, b) => a.decision.recordedAt - b.decision.recordedAt);
  return {
    ...fields,
    occurredAt: ordered[0]?.occurredAt ?? null,
    decisions: ordered.map(({ decision }) => decision),
  };
}
