import { describe, expect, test } from "vitest";
import { ageMsMax, aheadMsMax } from "#shared/delivery/providers/ses/core/trust.ts";
import { createReplayCache } from "#shared/delivery/providers/ses/sns/replay-cache.ts";

const now = 1_800_000_000_000;

describe("the cache of accepted messages", () => {
  test("knows a message for as long as its timestamp may be fresh", () => {
    const replays = createReplayCache();
    expect(replays.has("m-1", now)).toBe(false);
    replays.add("m-1", now);
    expect(replays.has("m-1", now + ageMsMax + aheadMsMax - 1)).toBe(true);
    expect(replays.has("m-1", now + ageMsMax + aheadMsMax)).toBe(false);
    expect(replays.has("m-2", now)).toBe(false);
  });

  test("is bounded: the oldest goes first", () => {
    const replays = createReplayCache(2);
    for (const id of ["m-1", "m-2", "m-3"]) replays.add(id, now);
    expect(["m-1", "m-2", "m-3"].map((id) => replays.has(id, now))).toEqual([false, true, true]);
  });
});
