import type { Pool } from "pg";
import { z } from "zod";
import { sendChannels } from "#shared/contracts/topics.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { type AdminRoute, adminRoute } from "../http/admin-route.ts";
import { since } from "../http/fields.ts";

const statements = {
  channel: sqlFile(import.meta.url, "./statuses-by-channel.sql"),
  error: sqlFile(import.meta.url, "./statuses-by-error.sql"),
  retries: sqlFile(import.meta.url, "./statuses-by-retries.sql"),
} as const;

/** A request waits no longer for the count. */
const inTime = { deadlineMs: 10_000 };

const row = z.object({
  channel: z.string().optional().describe("By `channel`"),
  status: z.string(),
  retry_count: z.int().optional().describe("By `retries`: attempts after the first"),
  count: z.int(),
  max_error: z.string().nullable().optional().describe("By `error`: the greatest of the last errors' codes"),
});

/** How messages of late ended, counted. */
export function failureRoutes({ pool }: { readonly pool: Pool }): readonly AdminRoute[] {
  return [
    adminRoute({
      method: "GET",
      path: "/api/v1/system-metrics/failures",
      operationId: "getFailures",
      summary: "Messages of the last hour, counted by status",
      tenants: "any",
      query: z.object({
        by: z
          .enum(["channel", "error", "retries"])
          .default("channel")
          .describe("channel and status; status with the greatest error; status and retries, the most first"),
        channel: z.enum(sendChannels).optional().describe("One channel alone"),
        since: since("1h", 24),
      }),
      answers: ["Failures", z.object({ counts: z.array(row) })],
      handle: async ({ query, caller, now }) => {
        const values = [caller.tenantId, new Date(now - query.since), query.channel ?? null];
        const { rows } = await postgres(() => pool.query<z.infer<typeof row>>(statements[query.by], values), inTime);
        return { body: { counts: rows } };
      },
    }),
  ];
}
