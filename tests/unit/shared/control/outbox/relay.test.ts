import { describe, expect, it } from "vitest";
import type { OutboxRow, OutboxTable } from "#shared/control/outbox/outbox-table.ts";
import { relayLeaseMs, runRelay } from "#shared/control/outbox/relay.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createManualClock, type ManualClock } from "#tests/support/manual-clock.ts";

interface Entry {
  readonly row: OutboxRow;
  isRelayed: boolean;
}

/** The table in memory, by the rules of its statements; the integration test holds the statements to the same. */
class MemoryOutbox {
  readonly entries: Entry[] = [];
  readonly #clock: ManualClock;
  #lease: { owner: string; until: number } | undefined;
  /** Thrown by the next call. */
  failure: Error | undefined;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  add(key: string): void {
    const seq = String(this.entries.length + 1);
    const row = { seq, tenantId: "default", topic: "comms.flags", key, value: Buffer.from(seq), createdAt: 0 } as const;
    this.entries.push({ row, isRelayed: false });
  }

  /** The table as one relay sees it; times of an owner may be stopped by `before`. */
  table(): OutboxTable {
    const isOwner = (owner: string) => this.#lease?.owner === owner && this.#lease.until > this.#clock.now();
    const of = (rows: readonly OutboxRow[]) =>
      this.entries.filter(({ row }) => rows.some((one) => one.seq === row.seq));
    return {
      lease: async (owner, ms) => {
        this.#fail();
        const isFree = this.#lease === undefined || this.#lease.until <= this.#clock.now();
        if (!isFree && this.#lease?.owner !== owner) return false;
        this.#lease = { owner, until: this.#clock.now() + ms };
        return true;
      },
      release: async (owner) => {
        if (this.#lease?.owner === owner) this.#lease = undefined;
      },
      waiting: async (limit) => {
        this.#fail();
        return this.entries
          .filter(({ isRelayed }) => !isRelayed)
          .slice(0, limit)
          .map(({ row }) => row);
      },
      markRelayed: async (rows, owner) => {
        this.#fail();
        if (!isOwner(owner)) return false;
        for (const entry of of(rows)) entry.isRelayed = true;
        return true;
      },
      reopenLast: async (rows) => {
        for (const key of new Set(rows.map((row) => row.key))) {
          const last = this.entries.findLast(({ row }) => row.key === key);
          if (last) last.isRelayed = false;
        }
      },
      sweep: async () => 0,
    };
  }

  #fail(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
  }
}

const metrics = { set: () => {}, observe: () => {} };
const outage = () => new AppError("POSTGRES_UNAVAILABLE", "away", { retryable: true });

function worldOf() {
  const clock = createManualClock(1_000_000);
  const outbox = new MemoryOutbox(clock);
  const log: string[] = [];
  const stop = new AbortController();
  const start = (owner: string, send?: (texts: readonly string[]) => Promise<void>) =>
    runRelay(
      {
        table: outbox.table(),
        send: async (rows) => {
          const texts = rows.map(({ key, seq }) => `${key}${seq}`);
          if (send) await send(texts);
          else log.push(...texts);
        },
        clock,
        metrics,
        owner,
        added: (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
      },
      stop.signal,
    );
  const settle = async (ms = 2_000) => {
    for (let passed = 0; passed < ms; passed += 100) await clock.advance(100);
  };
  return { clock, outbox, log, stop, start, settle };
}

describe("the relay", () => {
  it("carries every row once, in its order, and what comes later too", async () => {
    const { outbox, log, start, settle } = worldOf();
    for (const key of ["a", "b", "a"]) outbox.add(key);
    void start("one");
    await settle();
    outbox.add("b");
    await settle();
    expect(log).toEqual(["a1", "b2", "a3", "b4"]);
  });

  it("lets one of two carry, and the other go on where it stops", async () => {
    const { outbox, log, start, settle } = worldOf();
    void start("one");
    void start("two");
    for (let at = 0; at < 5; at++) {
      outbox.add("a");
      await settle(500);
    }
    expect(log).toEqual(["a1", "a2", "a3", "a4", "a5"]);
  });
});

describe("the relay in trouble", () => {
  it("sends again what it does not know to be on the log", async () => {
    const { outbox, log, start, settle } = worldOf();
    outbox.add("a");
    outbox.add("a");
    let isFirst = true;
    void start("one", async (texts) => {
      log.push(...texts);
      if (isFirst) {
        isFirst = false;
        throw new AppError("KAFKA_UNAVAILABLE", "no answer", { retryable: true });
      }
    });
    await settle(4_000);
    expect(log).toEqual(["a1", "a2", "a1", "a2"]);
    expect(outbox.entries.every(({ isRelayed }) => isRelayed)).toBe(true);
  });

  it("goes on after an outage of the table, at every call", async () => {
    const { outbox, log, start, settle } = worldOf();
    void start("one");
    for (let at = 0; at < 6; at++) {
      outbox.failure = outage();
      outbox.add("a");
      await settle(3_000);
    }
    expect(new Set(log)).toEqual(new Set(["a1", "a2", "a3", "a4", "a5", "a6"]));
    expect(log.at(-1)).toBe("a6");
  });

  it("ends on an error that no waiting mends", async () => {
    const { outbox, start, settle } = worldOf();
    outbox.add("a");
    const ended = start("one", () => Promise.reject(new TypeError("a fault of ours")));
    const caught = expect(ended).rejects.toThrow("a fault of ours");
    await settle();
    await caught;
  });

  it("writes the last record of a key once more where it stood still over a send and another went on", async () => {
    const { outbox, log, start, settle } = worldOf();
    outbox.add("a");
    const stopped = Promise.withResolvers<void>();
    let isFirst = true;
    void start("one", async (texts) => {
      // Its bytes reach the log late, behind what the other writes meanwhile.
      if (isFirst) {
        isFirst = false;
        await stopped.promise;
      }
      log.push(...texts);
    });
    await settle(500);
    void start("two");
    outbox.add("a");
    await settle(relayLeaseMs + 3_000);
    expect(log).toEqual(["a1", "a2"]);
    stopped.resolve();
    await settle(relayLeaseMs + 3_000);
    expect(log.slice(2)).toContain("a1");
    expect(log.at(-1)).toBe("a2");
    expect(outbox.entries.every(({ isRelayed }) => isRelayed)).toBe(true);
  });
});
