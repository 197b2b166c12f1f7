import type { Pool, PoolClient } from "pg";
import type { Cancellation, DigestItem } from "#shared/contracts/records.ts";
import { cadences } from "#shared/domain/cadence/cadence.ts";
import { clockDifferenceMsMax } from "#shared/domain/cancellation/cancellation.ts";
import { channelOf } from "#shared/domain/channel/channels.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { type Columns, replaceColumns, rowStatement } from "#shared/platform/postgres/columns.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { inTransaction } from "#shared/platform/postgres/transaction.ts";
import { saveCancellations } from "#shared/state/cancellations/cancellation-table.ts";
import type { CancelledItem } from "../core/cancelled.ts";
import { itemBytesMax } from "../core/item-payload.ts";
import type { CollectedItems, DueWindow } from "../core/summary.ts";
import type { DigestWindow } from "../core/window.ts";

const lockWindows = sqlFile(import.meta.url, "./lock-windows.sql");
const leaseWindows = sqlFile(import.meta.url, "./lease-windows.sql");
const windowItems = sqlFile(import.meta.url, "./window-items.sql");
const cancelItems = sqlFile(import.meta.url, "./cancel-items.sql");
const cancelledItems = sqlFile(import.meta.url, "./cancelled-items.sql");
const closeWindows = sqlFile(import.meta.url, "./close-windows.sql");

const shownMax = Math.max(...cadences.map((cadence) => cadence.shownMax));
const empty: CollectedItems = { count: 0, payloads: [] };

/** An item, and the window that it is to be collected into. */
export interface PlacedItem {
  readonly item: DigestItem;
  readonly window: DigestWindow;
}

/** A window, and when its first item came. */
interface OpenedWindow {
  readonly window: DigestWindow;
  readonly openedAt: Instant;
}

const collectWindows = rowStatement<OpenedWindow>(sqlFile(import.meta.url, "./collect-windows.sql"), {
  window_id: { type: "text", value: ({ window }) => window.windowId },
  tenant_id: { type: "text", value: ({ window }) => window.tenantId },
  user_id: { type: "text", value: ({ window }) => window.userId },
  cadence: { type: "text", value: ({ window }) => window.cadence },
  channel: { type: "text", value: ({ window }) => channelName(window.channel) },
  tz: { type: "text", value: ({ window }) => window.tz },
  opened_at: { type: "instant", value: ({ openedAt }) => openedAt },
  closes_at: { type: "instant", value: ({ window }) => window.closesAt },
});

const itemColumns: Columns<PlacedItem> = {
  item_id: { type: "text", value: ({ item }) => item.item_id },
  tenant_id: { type: "text", value: ({ item }) => item.tenant_id },
  user_id: { type: "text", value: ({ item }) => item.user_id },
  cadence: { type: "text", value: ({ item }) => item.cadence },
  window_id: { type: "text", value: ({ window }) => window.windowId },
  window_closes_at: { type: "instant", value: ({ window }) => window.closesAt },
  channel: { type: "text", value: ({ item }) => channelName(item.channel) },
  msg_id: { type: "text", value: ({ item }) => item.msg_id },
  event_id: { type: "text", value: ({ item }) => item.event_id },
  correlation_id: { type: "text", value: ({ item }) => item.correlation_id },
  causation_id: { type: "text", value: ({ item }) => item.causation_id },
  occurred_at: { type: "instant", value: ({ item }) => item.occurred_at },
  recorded_at: { type: "instant", value: ({ item }) => item.recorded_at },
  cause_event: { type: "text", value: ({ item }) => item.cause_event },
  cause_ref: { type: "text", value: ({ item }) => item.cause_ref },
  template_name: { type: "text", value: ({ item }) => item.template_name },
  category_key: { type: "text", value: ({ item }) => item.category },
  payload: { type: "jsonb", value: ({ item }) => item.payload },
  received_at: { type: "instant", value: ({ item }) => item.received_at },
};

/** What an item's id stands for, and where it lies. */
const keptColumns = [
  "item_id",
  "tenant_id",
  "user_id",
  "cadence",
  "channel",
  "msg_id",
  "window_id",
  "window_closes_at",
];
const collectItems = rowStatement(sqlFile(import.meta.url, "./collect-items.sql"), itemColumns, {
  replacements: replaceColumns(itemColumns, keptColumns),
});

/** The length and the size of a lease. */
interface LeaseRequest {
  readonly leaseMs: number;
  /** The most windows. */
  readonly max: number;
}

/** Open digests in Postgres. Every call may throw the retryable `POSTGRES_UNAVAILABLE`. */
export interface DigestStore {
  /**
   * Puts each item into its window and returns the items whose window is closed: place these again, as they are in no
   * window. An item that is in a digest already stays there, as the latest event tells it; one that was cancelled comes back
   * with a later event.
   */
  collect(placed: readonly PlacedItem[], now: Instant): Promise<readonly DigestItem[]>;
  /** Stores cancellations: items of their causes leave their windows when these are leased. */
  cancel(cancellations: readonly Cancellation[], now: Instant): Promise<void>;
  /** Leases windows that are due by the clock of Postgres to `owner` and returns them with their items. */
  lease(owner: string, request: LeaseRequest): Promise<readonly DueWindow[]>;
  /** Closes windows that `owner` still holds; no item is collected into them after that. */
  close(owner: string, windowIds: readonly string[], now: Instant): Promise<void>;
}

/** `clock` is for tests: by default the time of a lease is that of Postgres, which all callers share. */
export function createDigestStore(pool: Pool, clock?: () => Instant): DigestStore {
  return {
    collect: (placed, now) => postgres(() => inTransaction(pool, (client) => collect(client, placed, now))),
    cancel: (cancellations, now) => saveCancellations(pool, cancellations, now),
    lease: async (owner, { leaseMs, max }) => {
      const now = clock ? new Date(clock()) : null;
      const leased = await postgres(() => pool.query(leaseWindows, [owner, now, leaseMs, max]));
      const windows = leased.rows.map(windowFrom);
      if (windows.length === 0) return [];
      const ids = windows.map(({ windowId }) => windowId);
      const cancelled = await takeCancelled(pool, ids);
      const { rows } = await postgres(() => pool.query(windowItems, [ids, shownMax, itemBytesMax]));
      const collected = new Map<string, CollectedItems>(rows.map((row) => [row.window_id, row]));
      return windows.map((window) => ({
        window,
        collected: collected.get(window.windowId) ?? empty,
        cancelled: cancelled.get(window.windowId) ?? [],
      }));
    },
    close: async (owner, windowIds, now) => {
      await postgres(() => pool.query(closeWindows, [windowIds, new Date(now), owner]));
    },
  };
}

/** Takes the items of cancelled causes out of windows, and returns all that were taken out of them, by window. */
async function takeCancelled(
  pool: Pool,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly CancelledItem[]>> {
  await postgres(() => pool.query(cancelItems, [ids, clockDifferenceMsMax]));
  const { rows } = await postgres(() => pool.query<CancelledRow>(cancelledItems, [ids]));
  const items = Map.groupBy(rows, ({ window_id }) => window_id);
  return new Map([...items].map(([windowId, some]) => [windowId, some.map(cancelledItemFrom)]));
}

interface CancelledRow {
  readonly window_id: string;
  readonly item_id: string;
  readonly event_id: string;
  readonly occurred_at: Date;
  readonly msg_id: string;
  readonly correlation_id: string;
  readonly channel: string;
  readonly cause_event: string;
  readonly cause_ref: string;
  readonly template_name: string;
  readonly category: string;
  readonly received_at: Date | null;
  readonly cancelled_at: Date;
  readonly reason: string;
}

function cancelledItemFrom(row: CancelledRow): CancelledItem {
  const { item_id, event_id, msg_id, correlation_id, cause_event, cause_ref, template_name, category, reason } = row;
  return {
    item_id,
    event_id,
    msg_id,
    correlation_id,
    cause_event,
    cause_ref,
    template_name,
    category,
    channel: channelOf(row.channel) ?? "UNKNOWN",
    occurred_at: row.occurred_at.getTime(),
    received_at: row.received_at?.getTime() ?? null,
    cancellation: { cancelled_at: row.cancelled_at.getTime(), reason },
  };
}

async function collect(
  client: PoolClient,
  placed: readonly PlacedItem[],
  now: Instant,
): Promise<readonly DigestItem[]> {
  const windows = [...new Map(placed.map(({ window }) => [window.windowId, window])).values()];
  const opened = windows.map((window) => ({ window, openedAt: now }));
  await client.query(collectWindows.text, collectWindows.parameters(opened));
  const { rows } = await client.query(lockWindows, [windows.map(({ windowId }) => windowId)]);
  const shut = new Set(rows.filter((row) => row.shut).map((row) => row.window_id));
  const open = placed.filter(({ window }) => !shut.has(window.windowId));
  await client.query(collectItems.text, collectItems.parameters(latest(open)));
  return placed.filter(({ window }) => shut.has(window.windowId)).map(({ item }) => item);
}

/** Of each item that of the latest event: one statement takes an id once. In the order of ids, so that two of them take turns. */
function latest(placed: readonly PlacedItem[]): readonly PlacedItem[] {
  const items = new Map<string, PlacedItem>();
  for (const one of placed) {
    const before = items.get(one.item.item_id);
    if (before === undefined || receivedAt(one) > receivedAt(before)) items.set(one.item.item_id, one);
  }
  return [...items.values()].sort((a, b) => (a.item.item_id < b.item.item_id ? -1 : 1));
}

function receivedAt({ item }: PlacedItem): Instant {
  return item.received_at ?? Number.NEGATIVE_INFINITY;
}

interface WindowRow {
  readonly window_id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly cadence: string;
  readonly channel: string;
  readonly tz: string;
  readonly closes_at: Date;
}

function windowFrom(row: WindowRow): DigestWindow {
  return {
    windowId: row.window_id,
    tenantId: row.tenant_id,
    userId: row.user_id,
    cadence: row.cadence,
    channel: channelOf(row.channel) ?? "UNKNOWN",
    tz: row.tz,
    closesAt: row.closes_at.getTime(),
  };
}
