import type { Pool } from "pg";
import type { Cancellation, ScheduleItem } from "#shared/contracts/records.ts";
import { topicRecords } from "#shared/contracts/topics.ts";
import { cancellationHeader, clockDifferenceMsMax } from "#shared/domain/cancellation/cancellation.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { type Columns, fieldColumns, replaceColumns, rowStatement } from "#shared/platform/postgres/columns.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { saveCancellations } from "#shared/state/cancellations/cancellation-table.ts";
import type { Pause } from "../core/pauses.ts";

const lease = sqlFile(import.meta.url, "./lease.sql");
const remove = sqlFile(import.meta.url, "./delete.sql");
const backlog = sqlFile(import.meta.url, "./backlog.sql");
const releaseCancelled = sqlFile(import.meta.url, "./release-cancelled.sql");
const itemsOfCauses = sqlFile(import.meta.url, "./items-of-causes.sql");

const savePauses = rowStatement(
  sqlFile(import.meta.url, "./save-pauses.sql"),
  fieldColumns<Pause>({ key: "text", binds: "boolean", expires_at: "instant" }),
);
const releasePaused = sqlFile(import.meta.url, "./release-paused.sql");

const columns: Columns<ScheduleItem> = {
  ...fieldColumns<ScheduleItem>({
    schedule_id: "text",
    tenant_id: "text",
    user_id: "text",
    msg_id: "text",
    kind: "text",
    created_at: "instant",
    due_at: "instant",
    expires_at: "instant",
    target_topic: "text",
    key: "text",
    payload: "bytea",
    cause_ref: "text",
    received_at: "instant",
    pause_key: "text",
  }),
  headers: { type: "jsonb", value: ({ headers }) => JSON.stringify(headers) },
};

/** What an item says of its message is the same in every item of one id. */
const kept = ["schedule_id", "tenant_id", "user_id", "msg_id", "kind"];
const upsert = rowStatement(sqlFile(import.meta.url, "./upsert.sql"), columns, {
  replacements: replaceColumns(columns, kept),
});

/** The bytes of all payloads in one lease; the last payload may exceed it. */
const leaseBytesMax = 8 * 1_048_576;
const knownTopics = Object.keys(topicRecords);

/** A leased item, as it is to be produced. */
export interface DueItem {
  readonly scheduleId: string;
  readonly targetTopic: string;
  readonly key: string;
  readonly payload: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The number of waiting items, and when the next is due. */
export interface Backlog {
  readonly items: number;
  /** Those of them that a pause holds, or held until a moment ago. */
  readonly paused: number;
  readonly nextDue: Instant | undefined;
  /** By the clock of Postgres, as what is due. */
  readonly now: Instant;
}

/** The length and the size of a lease. */
interface LeaseRequest {
  /** No other owner gets the same item before it is over. */
  readonly leaseMs: number;
  /** The most items. */
  readonly max: number;
}

/** The waiting items, in Postgres, which says what the time is. Every call may throw the retryable `POSTGRES_UNAVAILABLE`. */
export interface ScheduleStore {
  /** Stores items; of two with one id the last wins. One whose cause is cancelled is due at once, and carries the cancellation. */
  save(items: readonly ScheduleItem[]): Promise<void>;
  /** Stores cancellations, and makes the items of their causes due at once. */
  cancel(cancellations: readonly Cancellation[], now: Instant): Promise<void>;
  /** Stores whether something is paused; of two with one key the last wins. */
  pause(pauses: readonly Pause[]): Promise<void>;
  /** Makes items of a lane due whose pause is over, `max` at most, and returns how many. */
  release(lane: "express" | "bulk", max: number): Promise<number>;
  /** Leases due items to `owner`, up to `max` and about 8 MiB of payload. */
  lease(owner: string, request: LeaseRequest): Promise<readonly DueItem[]>;
  /** Deletes items that `owner` still holds. */
  remove(owner: string, ids: readonly string[]): Promise<void>;
  backlog(): Promise<Backlog>;
}

/** `clock` is for tests: by default the time is that of Postgres, which all callers share. */
export function createScheduleStore(pool: Pool, clock?: () => Instant): ScheduleStore {
  const now = (): Date | null => (clock ? new Date(clock()) : null);
  const releaseOf = async (ids: readonly string[]): Promise<void> => {
    const parameters = [ids, clockDifferenceMsMax, cancellationHeader, now()];
    if (ids.length > 0) await postgres(() => pool.query(releaseCancelled, parameters));
  };
  return {
    // An item and its cancellation may be saved at the same time: each is written first, and then looks for the other.
    save: async (items) => {
      const last = [...new Map(items.map((item) => [item.schedule_id, item])).values()];
      if (last.length > 0) await postgres(() => pool.query(upsert.text, upsert.parameters(last)));
      await releaseOf(last.flatMap(({ schedule_id, cause_ref }) => (cause_ref === null ? [] : [schedule_id])));
    },
    cancel: async (cancellations, now) => {
      await saveCancellations(pool, cancellations, now);
      const causes = [cancellations.map(({ tenant_id }) => tenant_id), cancellations.map(({ cause_ref }) => cause_ref)];
      const { rows } = await postgres(() => pool.query<{ schedule_id: string }>(itemsOfCauses, causes));
      await releaseOf(rows.map(({ schedule_id }) => schedule_id));
    },
    pause: async (pauses) => {
      const last = [...new Map(pauses.map((pause) => [pause.key, pause])).values()];
      if (last.length > 0) await postgres(() => pool.query(savePauses.text, savePauses.parameters(last)));
    },
    release: async (lane, max) => {
      const { rowCount } = await postgres(() => pool.query(releasePaused, [lane === "bulk", max, now()]));
      return rowCount ?? 0;
    },
    lease: async (owner, { leaseMs, max }) => {
      const { rows } = await postgres(() =>
        pool.query(lease, [owner, now(), leaseMs, max, leaseBytesMax, knownTopics]),
      );
      return rows.toSorted((a, b) => a.due_at - b.due_at).map(dueItem);
    },
    remove: async (owner, ids) => {
      await postgres(() => pool.query(remove, [ids, owner]));
    },
    backlog: async () => {
      const { rows } = await postgres(() => pool.query(backlog));
      const { items, paused, next_due: nextDue, now: asked } = rows[0];
      return { items, paused, nextDue: nextDue?.getTime(), now: clock?.() ?? asked.getTime() };
    },
  };
}

interface DueRow {
  readonly schedule_id: string;
  readonly target_topic: string;
  readonly key: string;
  readonly payload: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

function dueItem(row: DueRow): DueItem {
  return {
    scheduleId: row.schedule_id,
    targetTopic: row.target_topic,
    key: row.key,
    payload: row.payload,
    headers: row.headers,
  };
}
