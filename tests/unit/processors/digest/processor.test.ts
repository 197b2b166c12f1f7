import { describe, expect, it } from "vitest";
import type { PlacedItem } from "#processors/digest/adapters/digest-store.ts";
import { createCloser } from "#processors/digest/closer.ts";
import { windowOf } from "#processors/digest/core/window.ts";
import { createDigest } from "#processors/digest/processor.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Output } from "#shared/contracts/output.ts";
import type { Accepted, DigestItem } from "#shared/contracts/records.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { dailyDigest, digestItem, digestNoon } from "./builders.ts";

const evening = Date.parse("2026-06-01T18:00:00Z");
/** None of these has a cancellation. */
const cancel = () => Promise.reject(new Error("No cancellation"));
const received = (value: DigestItem) => ({ value, topic: "comms.digest" }) as DecodedRecord<DigestItem>;

describe("digest processor", () => {
  it("puts an item that came too late into the next window", async () => {
    const placed: PlacedItem[][] = [];
    const digest = createDigest({
      cancel,
      collect: async (batch) => {
        placed.push([...batch]);
        return placed.length === 1 ? batch.map((one) => one.item) : [];
      },
    });
    const now = Date.parse("2026-06-01T18:00:01Z");
    await digest.apply([received(digestItem("1"))], now);
    expect(placed.map(([one]) => new Date(one?.window.closesAt ?? 0).toISOString())).toEqual([
      "2026-06-01T18:00:00.000Z",
      "2026-06-02T18:00:00.000Z",
    ]);
  });

  it("tries again rather than lose an item that fell into two closed windows", async () => {
    const digest = createDigest({ cancel, collect: async (batch) => batch.map((one) => one.item) });
    await expect(digest.apply([received(digestItem("1"))], digestNoon)).rejects.toMatchObject({
      code: "DIGEST_WINDOW_SHUT",
      retryable: true,
    });
  });
});

describe("digest processor: items that cannot be collected", () => {
  it("rejects an item of a cadence that does not exist, and collects its neighbour", async () => {
    const collected: string[] = [];
    const digest = createDigest({
      cancel,
      collect: async (batch) => {
        collected.push(...batch.map((one) => one.item.item_id));
        return [];
      },
    });
    const outcomes = await digest.apply(
      [received(digestItem("1", digestNoon, { cadence: "no.such" })), received(digestItem("2"))],
      digestNoon,
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(["deadLetter", "emit"]);
    expect(collected).toEqual(["2"]);
  });

  it.each([
    ["payload", { payload: "5" }],
    ["time", { recorded_at: 9e15 }],
    ["event's time", { received_at: -9e15 }],
  ])("rejects an item whose %s is impossible", async (_, extra) => {
    const digest = createDigest({ cancel, collect: async () => [] });
    const [outcome] = await digest.apply([received(digestItem("1", digestNoon, extra))], digestNoon);
    expect(outcome).toMatchObject({ kind: "deadLetter", reason: "COMMS_INVALID_EVENT" });
  });

  it("sets aside the item that the tables refuse, and places each other once, late ones too", async () => {
    const digests = new Map<string, string[]>();
    const digest = createDigest({
      cancel,
      collect: async (batch) => {
        if (batch.some((one) => one.item.item_id === "2")) throw Object.assign(new Error("refused"), { code: "22P05" });
        const late = batch.filter(({ item: one, window }) => one.item_id === "3" && window.closesAt === evening);
        for (const { item: one, window } of batch.filter((each) => !late.includes(each))) {
          if (!digests.has(one.item_id)) digests.set(one.item_id, [new Date(window.closesAt).toISOString()]);
        }
        return late.map((one) => one.item);
      },
    });
    const outcomes = await digest.apply(
      ["1", "2", "3", "4"].map((id) => received(digestItem(id))),
      evening + 1_000,
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(["emit", "deadLetter", "emit", "emit"]);
    expect([...digests].sort()).toEqual([
      ["1", ["2026-06-01T18:00:00.000Z"]],
      ["3", ["2026-06-02T18:00:00.000Z"]],
      ["4", ["2026-06-01T18:00:00.000Z"]],
    ]);
  });
});

describe("closing", () => {
  const windows = ["a", "b", "c"].map((windowId) => ({
    window: { ...windowOf(digestItem("1"), dailyDigest, { at: digestNoon }), windowId },
    collected: { count: 1, payloads: [{ excerpt: windowId }] },
    cancelled: [],
  }));
  const closing = (error: Error) => {
    const closed: string[] = [];
    const store = {
      cancel,
      collect: async () => [],
      lease: async () => windows,
      close: async (_owner: string, ids: readonly string[]) => void closed.push(...ids),
    };
    const emit = async (outputs: readonly Output[]) => {
      if (outputs.some((one) => (one as { value: Accepted }).value.cause_ref === "b")) throw error;
    };
    return { closed, run: () => createCloser(store, "one").run(digestNoon, emit, new AbortController().signal) };
  };

  it("leaves a window open whose cadence this build does not know", async () => {
    const closed: string[] = [];
    const windows = [
      { ...windowOf(digestItem("1"), dailyDigest, { at: digestNoon }), windowId: "unknown", cadence: "no.such" },
      windowOf(digestItem("1"), dailyDigest, { at: digestNoon }),
    ];
    const store = {
      cancel,
      collect: async () => [],
      lease: async () => windows.map((window) => ({ window, collected: { count: 1, payloads: [{}] }, cancelled: [] })),
      close: async (_owner: string, ids: readonly string[]) => void closed.push(...ids),
    };
    await createCloser(store, "one").run(digestNoon, async () => {}, new AbortController().signal);
    expect(closed).toEqual([windows[1]?.windowId]);
  });

  it("is not held back by one window's failure, which is thrown afterwards", async () => {
    const { closed, run } = closing(new AppError("KAFKA_RECORD_TOO_LARGE", "too large", { retryable: false }));
    await expect(run()).rejects.toMatchObject({ code: "KAFKA_RECORD_TOO_LARGE" });
    expect(closed).toEqual(["a", "c"]);
  });

  it("waits where the log does not answer", async () => {
    const { closed, run } = closing(new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true }));
    await expect(run()).rejects.toMatchObject({ code: "KAFKA_UNAVAILABLE" });
    expect(closed).toEqual([]);
  });
});
