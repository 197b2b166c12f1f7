import type { Pool, PoolClient } from "pg";
import type { DigestItem } from "#shared/contracts/records.ts";
import { cadences } from "#shared/domain/cadence/cadence.ts";
import { channelOf } from "#shared/domain/channel/channels.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { inTransaction } from "#shared/platform/postgres/transaction.ts";
import { itemBytesMax } from "../core/item-payload.ts";
import type { CollectedItems, DueWindow } from "../core/summary.ts";
import type { DigestWindow } from "../core/window.ts";

const collectWindows = sqlFile(import.meta.url, "./collect-windows.sql");
const lockWindows = sqlFile(import.meta.url, "./lock-windows.sql");
const collectItems = sqlFile(import.meta.url, "./collect-items.sql");
const leaseWindows = sqlFile(import.meta.url, "./lease-windows.sql");
const windowItems = sqlFile(import.meta.url, "./window-items.sql");
const closeWindows = sqlFile(import.meta.url, "./close-windows.sql");

const shownMax = Math.max(...cadences.map((cadence) => cadence.shownMax));
const empty: CollectedItems = { count: 0, payloads: [] };

/** An item, and the window that it is to be collected into. */
export interface PlacedItem {
  readonly item: DigestItem;
  readonly window: DigestWindow;
}

/** The time and the size of a lease. */
interface LeaseRequest {
  readonly now: Instant;
  /** End of the lease. */
  readonly until: Instant;
  /** The most windows. */
  readonly max: number;
}

/** Open digests in Postgres. Every call may throw the retryable `POSTGRES_UNAVAILABLE`. */
export interface DigestStore {
  /**
   * Puts each item into its window and returns the items whose window is closed: place these again, as they are in no
   * window. An item that is in a digest already stays there.
   */
  collect(placed: readonly PlacedItem[], now: Instant): Promise<readonly DigestItem[]>;
  /** Leases due windows to `owner` and returns them with their items. */
  lease(owner: string, request: LeaseRequest): Promise<readonly DueWindow[]>;
  /** Closes windows that `owner` still holds; no item is collected into them after that. */
  close(owner: string, windowIds: readonly string[], now: Instant): Promise<void>;
}

export function createDigestStore(pool: Pool): DigestStore {
  return {
    collect: (placed, now) => postgres(() => inTransaction(pool, (client) => collect(client, placed, now))),
    lease: async (owner, { now, until, max }) => {
      const leased = await postgres(() => pool.query(leaseWindows, [owner, new Date(now), new Date(until), max]));
      const windows = leased.rows.map(windowFrom);
      if (windows.length === 0) return [];
      const ids = windows.map(({ windowId }) => windowId);
      const { rows } = await postgres(() => pool.query(windowItems, [ids, shownMax, itemBytesMax]));
      const collected = new Map<string, CollectedItems>(rows.map((row) => [row.window_id, row]));
      return windows.map((window) => ({ window, collected: collected.get(window.windowId) ?? empty }));
    },
    close: async (owner, windowIds, now) => {
      await postgres(() => pool.query(closeWindows, [windowIds, new Date(now), owner]));
    },
  };
}

async function collect(
  client: PoolClient,
  placed: readonly PlacedItem[],
  now: Instant,
): Promise<readonly DigestItem[]> {
  const windows = [...new Map(placed.map(({ window }) => [window.windowId, window])).values()];
  await client.query(collectWindows, windowColumns(windows, now));
  const { rows } = await client.query(lockWindows, [windows.map(({ windowId }) => windowId)]);
  const shut = new Set(rows.filter((row) => row.shut).map((row) => row.window_id));
  await client.query(collectItems, itemColumns(placed.filter(({ window }) => !shut.has(window.windowId))));
  return placed.filter(({ window }) => shut.has(window.windowId)).map(({ item }) => item);
}

function windowColumns(windows: readonly DigestWindow[], now: Instant): unknown[] {
  return [
    windows.map((window) => window.windowId),
    windows.map((window) => window.tenantId),
    windows.map((window) => window.userId),
    windows.map((window) => window.cadence),
    windows.map((window) => channelName(window.channel)),
    windows.map((window) => window.tz),
    windows.map(() => new Date(now)),
    windows.map((window) => new Date(window.closesAt)),
  ];
}

function itemColumns(placed: readonly PlacedItem[]): unknown[] {
  const of = (pick: (one: PlacedItem) => unknown) => placed.map(pick);
  return [
    of(({ item }) => item.item_id),
    of(({ item }) => item.tenant_id),
    of(({ item }) => item.user_id),
    of(({ item }) => item.cadence),
    of(({ window }) => window.windowId),
    of(({ window }) => new Date(window.closesAt)),
    of(({ item }) => channelName(item.channel)),
    of(({ item }) => item.msg_id),
    of(({ item }) => item.event_id),
    of(({ item }) => item.correlation_id),
    of(({ item }) => item.causation_id),
    of(({ item }) => new Date(item.occurred_at)),
    of(({ item }) => new Date(item.recorded_at)),
    of(({ item }) => item.cause_event),
    of(({ item }) => item.cause_ref),
    of(({ item }) => item.template_name),
    of(({ item }) => item.category),
    of(({ item }) => item.payload),
  ];
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
