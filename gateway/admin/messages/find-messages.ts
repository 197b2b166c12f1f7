import type { Pool } from "pg";
import { z } from "zod";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { time, timeText } from "../http/fields.ts";

const findSql = sqlFile(import.meta.url, "./find-messages.sql");

/** A request waits no longer for the messages. */
const inTime = { deadlineMs: 5_000 };

/** A message as those see it who look after them: no address, no content. */
export const adminMessage = z.object({
  msg_id: z.string(),
  event_id: z.string(),
  event: z.string(),
  cause_ref: z.string(),
  correlation_id: z.string(),
  user_id: z.string(),
  channel: z.string(),
  template: z.string(),
  template_version: z.int(),
  category: z.string(),
  locale: z.string(),
  critical: z.boolean(),
  status: z.string(),
  reason: z.string().nullable().describe("The code of docs/errors where it did not go out, or waits"),
  provider: z.string().nullable(),
  provider_ref: z.string().nullable().describe("The provider's own name of it"),
  attempts: z.int(),
  last_error_code: z.string().nullable().describe("What the provider said last, where it has not gone out"),
  created_at: time,
  updated_at: time,
  due_at: time.nullable(),
  sent_at: time.nullable(),
  delivered_at: time.nullable(),
});

type AdminMessage = z.infer<typeof adminMessage>;
type Row = {
  readonly [Name in keyof AdminMessage]: Name extends `${string}_at`
    ? Instant | Extract<AdminMessage[Name], null>
    : AdminMessage[Name];
};

/** Which messages. What is left out is not asked for. */
export interface AdminMessageQuery {
  readonly tenantId: string;
  readonly since: Instant;
  readonly userId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly causeRef?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly template?: string | undefined;
  readonly channel?: string | undefined;
  readonly status?: string | undefined;
  readonly msgId?: string | undefined;
  readonly after?: { readonly createdAt: Instant; readonly msgId: string } | undefined;
  readonly limit: number;
}

/** A page of messages, and where it ends if there are more. */
export interface AdminMessagePage {
  readonly messages: readonly AdminMessage[];
  readonly end: { readonly createdAt: Instant; readonly msgId: string } | undefined;
}

/** Reads what the projector has written: a moment behind the log. Throws the retryable `POSTGRES_UNAVAILABLE`. */
export async function findMessages(pool: Pool, query: AdminMessageQuery): Promise<AdminMessagePage> {
  const { tenantId, since, userId, eventId, causeRef, correlationId, template, channel, status, msgId } = query;
  const named = [userId, eventId, causeRef, correlationId, template, channel, status, msgId];
  const place = [query.after?.createdAt ?? null, query.after?.msgId ?? null, query.limit + 1];
  const values = [tenantId, new Date(since), ...named.map((value) => value ?? null), ...place];
  const { rows } = await postgres(() => pool.query<Row>(findSql, values), inTime);
  const page = rows.slice(0, query.limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return {
    messages: page.map(shownMessage),
    end: last && { createdAt: last.created_at, msgId: last.msg_id },
  };
}

function shownMessage(row: Row): AdminMessage {
  return {
    ...row,
    created_at: timeText(row.created_at),
    updated_at: timeText(row.updated_at),
    due_at: timeText(row.due_at),
    sent_at: timeText(row.sent_at),
    delivered_at: timeText(row.delivered_at),
  };
}
