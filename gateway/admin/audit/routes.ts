import type { Pool } from "pg";
import { z } from "zod";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { type AdminRoute, adminRoute, brokenCursor } from "../http/admin-route.ts";
import { readCursor, writeCursor } from "../http/cursor.ts";
import { cursor, pageSize, text, time, timeText } from "../http/fields.ts";

const listSql = sqlFile(import.meta.url, "./list-audit.sql");

/** A request waits no longer for the rows. */
const inTime = { deadlineMs: 5_000 };

const auditRow = z.object({
  audit_id: z.string(),
  actor: z.string().describe("`key:<id>` of a key, or who ran a command"),
  action: z.string(),
  target: z.record(z.string(), z.string()),
  reason: z.string().nullable(),
  diff: z.record(z.string(), z.unknown()).nullable().describe("Before and after, by field"),
  created_at: time,
  hash: z.string(),
  prev_hash: z.string().nullable(),
});

type Row = Omit<z.infer<typeof auditRow>, "created_at"> & { readonly seq: number; readonly created_at: Instant };

/** Who changed what, and why. */
export function auditRoutes({ pool }: { readonly pool: Pool }): readonly AdminRoute[] {
  return [
    adminRoute({
      method: "GET",
      path: "/api/v1/audit",
      operationId: "listAudit",
      summary: "What people changed, the latest first",
      tenants: "any",
      query: z.object({
        actor: text().optional(),
        action: text().optional().describe("`flag.set` for example"),
        target: text().optional().describe("A value of the target: a flag's name, a key's id"),
        limit: pageSize(),
        cursor: cursor(),
      }),
      answers: ["Audit", z.object({ entries: z.array(auditRow), next: z.string().nullable() })],
      handle: async ({ query, caller }) => {
        const place = query.cursor === undefined ? [] : readCursor(query.cursor, ["number"]);
        if (place === undefined) return brokenCursor;
        const named = [query.actor ?? null, query.action ?? null, query.target ?? null, place[0] ?? null];
        const values = [caller.tenantId, ...named, query.limit + 1];
        const { rows } = await postgres(() => pool.query<Row>(listSql, values), inTime);
        const page = rows.slice(0, query.limit);
        const last = rows.length > page.length ? page.at(-1) : undefined;
        const entries = page.map(({ seq: _seq, ...row }) => ({ ...row, created_at: timeText(row.created_at) }));
        return { body: { entries, next: last === undefined ? null : writeCursor([last.seq]) } };
      },
    }),
  ];
}
