import type { Clock } from "#shared/platform/clock/clock.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import type { OutboxRow, OutboxTable } from "./outbox-table.ts";

/** Records that go in one request. */
export const relayRecords = 500;
/** A lease lasts so long, ms: a relay that dies holds the others up by it. */
export const relayLeaseMs = 10_000;
/** Nothing is sent with less of the lease left, ms: longer than a send may take. */
export const sendMsMax = 5_000;
/** How long a relay waits for a notification before it looks, ms. */
const pollMs = 500;
/** And after an outage, ms. */
const retryMs = 1_000;
/** Rows that have gone stay for a week. */
const keepMs = 7 * 24 * 60 * 60_000;
const sweepEveryMs = 60_000;
const sweepRows = 10_000;

/** What a relay works with. */
export interface RelayParts {
  readonly table: OutboxTable;
  /** Resolves once the log holds all of them, in their order; a rejection means that nobody knows. Ends within `sendMsMax`. */
  readonly send: (rows: readonly OutboxRow[]) => Promise<void>;
  readonly clock: Pick<Clock, "now" | "sleep">;
  readonly metrics: Pick<Metrics, "set" | "observe">;
  /** Names this relay among others. */
  readonly owner: string;
  /** Resolves when a row may have been added, at the latest when the signal aborts. */
  readonly added: (signal: AbortSignal) => Promise<void>;
}

/**
 * Carries the outbox to its topics until the signal aborts, at least once and in order a key. Of several relays one carries, the others
 * wait for its lease. A relay that finds after a send that its lease has lapsed, because its process stood still, may have written
 * behind its successor: it lets the last record of each of those keys go once more, so that the last on the log is the last that
 * was committed. An outage of Postgres or Kafka is waited out.
 */
export async function runRelay(parts: RelayParts, signal: AbortSignal): Promise<void> {
  const relay = new Relay(parts);
  while (!signal.aborted) {
    try {
      if (!(await relay.step())) await waitForMore(parts, signal);
    } catch (error) {
      if (!isRetryable(error)) throw error;
      relay.forgetLease();
      await parts.clock.sleep(retryMs, signal);
    }
  }
  await parts.table.release(parts.owner).catch(() => undefined);
}

/** Until a row is added or the time is up. */
async function waitForMore({ clock, added }: RelayParts, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  await Promise.race([added(either), clock.sleep(pollMs, either)]);
  ended.abort();
}

class Relay {
  readonly #parts: RelayParts;
  #leasedUntil = Number.NEGATIVE_INFINITY;
  #sweptAt = Number.NEGATIVE_INFINITY;
  /** Rows that were sent, and whose marking is not known. */
  #unmarked: readonly OutboxRow[] = [];

  constructor(parts: RelayParts) {
    this.#parts = parts;
  }

  /** Whoever has lost its lease without knowing takes it anew before the next send. */
  forgetLease(): void {
    this.#leasedUntil = Number.NEGATIVE_INFINITY;
  }

  /** Carries one batch; false where there is nothing to do for now. */
  async step(): Promise<boolean> {
    await this.#repeatUnmarked();
    if (!(await this.#hasLease())) {
      // Who carries tells.
      this.#parts.metrics.set("comms_outbox_oldest_seconds", {}, 0);
      return false;
    }
    const { table, send, metrics, clock } = this.#parts;
    const rows = await table.waiting(relayRecords);
    metrics.set("comms_outbox_waiting", {}, rows.length);
    metrics.set("comms_outbox_oldest_seconds", {}, rows[0] ? Math.max(0, clock.now() - rows[0].createdAt) / 1000 : 0);
    if (rows.length === 0) {
      await this.#sweep();
      return false;
    }
    if (!(await this.#hasLease())) return false;
    this.#unmarked = rows;
    await send(rows);
    const isMarked = await table.markRelayed(rows, this.#parts.owner);
    if (isMarked) {
      this.#unmarked = [];
      for (const { createdAt } of rows)
        metrics.observe("comms_outbox_relay_seconds", {}, Math.max(0, clock.now() - createdAt) / 1000);
    } else this.forgetLease();
    return true;
  }

  /** What was sent and not marked in time may stand behind what a successor wrote. */
  async #repeatUnmarked(): Promise<void> {
    if (this.#unmarked.length === 0) return;
    await this.#parts.table.reopenLast(this.#unmarked);
    this.#unmarked = [];
  }

  async #hasLease(): Promise<boolean> {
    const { table, clock, owner } = this.#parts;
    const now = clock.now();
    // A clock that is set back would make a lease longer than it is.
    if (now < this.#leasedUntil - sendMsMax && now >= this.#leasedUntil - relayLeaseMs) return true;
    this.#leasedUntil = (await table.lease(owner, relayLeaseMs)) ? now + relayLeaseMs : Number.NEGATIVE_INFINITY;
    return this.#leasedUntil > now;
  }

  async #sweep(): Promise<void> {
    const { table, clock } = this.#parts;
    if (clock.now() - this.#sweptAt < sweepEveryMs && clock.now() >= this.#sweptAt) return;
    this.#sweptAt = clock.now();
    await table.sweep(keepMs, sweepRows);
  }
}
