import type { Pool } from "pg";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

const messagesSql = sqlFile(import.meta.url, "./messages-of-event.sql");
const rejectionsSql = sqlFile(import.meta.url, "./rejections-of-cause.sql");

/** Messages in one answer. */
export const messagesPageMax = 500;
/** Refusals in one answer, the latest. */
const rejectionsMax = 50;
/** A request waits no longer, ms. */
const inTime = { deadlineMs: 5_000 };

/** Which messages: of one cause or of one event, and of one tenant. */
export interface EventMessagesQuery {
  readonly tenantId: string;
  readonly causeRef: string | null;
  readonly eventId: string | null;
  /** The last msg_id of the page before; empty for the first. */
  readonly after: string;
}

/** A message as its producer sees it. */
export interface MessageState {
  readonly msg_id: string;
  readonly event_id: string;
  readonly event: string;
  readonly cause_ref: string;
  readonly user_id: string;
  readonly channel: string;
  readonly template: string;
  readonly category: string;
  readonly critical: boolean;
  readonly status: string;
  readonly reason: string | null;
  readonly provider: string | null;
  readonly attempts: number;
  readonly last_error_code: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly due_at: string | null;
  readonly sent_at: string | null;
  readonly delivered_at: string | null;
}

/** An event that intake refused. */
export interface EventRejection {
  readonly event: string | null;
  readonly cause_ref: string;
  readonly reason: string;
  readonly faults: readonly string[];
  readonly recorded_at: string;
}

/** One page. */
export interface EventMessages {
  readonly messages: readonly MessageState[];
  /** Of the cause that was asked for. A refusal has no event_id of its own, so that asking by one finds none. */
  readonly rejections: readonly EventRejection[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

/** Reads what the projector has written: a moment behind the log. Throws the retryable `POSTGRES_UNAVAILABLE`. */
export type ReadEventMessages = (query: EventMessagesQuery) => Promise<EventMessages>;

/** Instants as the columns have them. */
type Stored<Shown> = {
  readonly [Name in keyof Shown]: Name extends `${string}_at` ? Instant | Extract<Shown[Name], null> : Shown[Name];
};

export function createEventMessagesReader(pool: Pool): ReadEventMessages {
  return async ({ tenantId, causeRef, eventId, after }) => {
    const values = [tenantId, causeRef, eventId, after, messagesPageMax + 1];
    const found = await postgres(() => pool.query<Stored<MessageState>>(messagesSql, values), inTime);
    const page = found.rows.slice(0, messagesPageMax);
    const next = found.rows.length > page.length ? (page.at(-1)?.msg_id ?? null) : null;
    const rejections = causeRef === null || after !== "" ? [] : await rejectionsOf(pool, tenantId, causeRef);
    return { messages: page.map(shownMessage), rejections, next };
  };
}

async function rejectionsOf(pool: Pool, tenantId: string, causeRef: string): Promise<readonly EventRejection[]> {
  const values = [tenantId, causeRef, rejectionsMax];
  const { rows } = await postgres(() => pool.query<Stored<EventRejection>>(rejectionsSql, values), inTime);
  return rows.map((row) => ({ ...row, recorded_at: new Date(row.recorded_at).toISOString() }));
}

function shownMessage(row: Stored<MessageState>): MessageState {
  return {
    ...row,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
    due_at: timeOf(row.due_at),
    sent_at: timeOf(row.sent_at),
    delivered_at: timeOf(row.delivered_at),
  };
}

function timeOf(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
