import type { Pool } from "pg";
import type { Cancellation } from "#shared/contracts/records.ts";
import { intakeLimits } from "#shared/domain/event/limits.ts";
import { cancellationKey } from "#shared/domain/message/record-keys.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { fieldColumns, rowStatement } from "#shared/platform/postgres/columns.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";

const save = rowStatement(
  sqlFile(import.meta.url, "./save-cancellations.sql"),
  fieldColumns<Pick<Cancellation, "tenant_id" | "cause_ref" | "cancelled_at" | "reason">>({
    tenant_id: "text",
    cause_ref: "text",
    cancelled_at: "instant",
    reason: "text",
  }),
);
const sweep = sqlFile(import.meta.url, "./sweep-cancellations.sql");

/** A message waits no longer than an event may lie ahead; a month more, for what was late. */
const keptMs = intakeLimits.horizonMsMax + 30 * 86_400_000;

/**
 * Keeps cancellations beside the timers and the open digests, whose statements join them; old ones go. The scheduler and the
 * digest both write it, each from `comms.cancellations`, and the same again changes nothing. Throws `POSTGRES_UNAVAILABLE`
 * (retryable).
 */
export async function saveCancellations(
  pool: Pool,
  cancellations: readonly Cancellation[],
  now: Instant,
): Promise<void> {
  if (cancellations.length === 0) return;
  const ordered = cancellations.toSorted((a, b) => a.cancelled_at - b.cancelled_at);
  const last = [...new Map(ordered.map((one) => [cancellationKey(one), one])).values()];
  await postgres(() => pool.query(save.text, save.parameters(last)));
  await postgres(() => pool.query(sweep, [new Date(now - keptMs)]));
}
