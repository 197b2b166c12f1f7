import type { Pool } from "pg";
import { z } from "zod";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { time, timeText } from "../http/fields.ts";

const listSql = sqlFile(import.meta.url, "./list-suppressions.sql");
const byTemplateSql = sqlFile(import.meta.url, "./suppressions-by-template.sql");

/** A request waits no longer for the entries. */
const inTime = { deadlineMs: 5_000 };
/** Groups in one answer. */
const groupsMax = 200;

/** An entry of the list. */
export const suppressionEntry = z.object({
  suppression_id: z.string(),
  channel: z.string(),
  address_hash: z.string().describe("The keyed hash: an address is kept nowhere here"),
  reason: z.string(),
  origin: z.string(),
  scope: z.string(),
  evidence: z.string().describe("The id of the report, or the ticket, that it comes from"),
  msg_id: z.string().nullable().describe("The message that caused it"),
  template: z.string().nullable().describe("The template of that message"),
  created_at: time,
  lifted_at: time.nullable().describe("Null: it binds"),
});

/** How many entries the messages of one template caused; of those that no message caused the template is null. */
export const suppressionGroup = z.object({
  template: z.string().nullable(),
  channel: z.string(),
  reason: z.string(),
  count: z.int(),
  latest_at: time,
});

type SuppressionRow = z.infer<typeof suppressionEntry>;
type Row = Omit<SuppressionRow, "created_at" | "lifted_at"> & {
  readonly created_at: Instant;
  readonly lifted_at: Instant | null;
};

/** Which entries. What is left out is not asked for. */
export interface SuppressionQuery {
  readonly tenantId: string;
  readonly since: Instant;
  readonly channel?: string | undefined;
  readonly reason?: string | undefined;
  readonly template?: string | undefined;
  /** The hashes that one address may have. */
  readonly hashes?: readonly string[] | undefined;
  /** Those that are not lifted, alone. */
  readonly inForce: boolean;
  readonly after?: { readonly createdAt: Instant; readonly id: string } | undefined;
  readonly limit: number;
}

/** A page of entries, and where it ends if there are more. */
export interface SuppressionPage {
  readonly suppressions: readonly SuppressionRow[];
  readonly end: { readonly createdAt: Instant; readonly id: string } | undefined;
}

/** Reads what the projector has written. Throws the retryable `POSTGRES_UNAVAILABLE`. */
export async function listSuppressions(pool: Pool, query: SuppressionQuery): Promise<SuppressionPage> {
  const { tenantId, since, channel, reason, template, hashes, inForce, after, limit } = query;
  const named = [channel ?? null, reason ?? null, template ?? null, hashes ?? null, inForce];
  const place = [after?.createdAt ?? null, after?.id ?? null, limit + 1];
  const { rows } = await postgres(
    () => pool.query<Row>(listSql, [tenantId, new Date(since), ...named, ...place]),
    inTime,
  );
  const page = rows.slice(0, limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return {
    suppressions: page.map((row) => ({
      ...row,
      created_at: timeText(row.created_at),
      lifted_at: timeText(row.lifted_at),
    })),
    end: last && { createdAt: last.created_at, id: last.suppression_id },
  };
}

/** Counts the entries by the template that caused them. Throws the retryable `POSTGRES_UNAVAILABLE`. */
export async function suppressionsByTemplate(pool: Pool, tenantId: string, since: Instant) {
  type Group = Omit<z.infer<typeof suppressionGroup>, "latest_at"> & { readonly latest_at: Instant };
  const values = [tenantId, new Date(since), groupsMax];
  const { rows } = await postgres(() => pool.query<Group>(byTemplateSql, values), inTime);
  return rows.map((row) => ({ ...row, latest_at: timeText(row.latest_at) }));
}
