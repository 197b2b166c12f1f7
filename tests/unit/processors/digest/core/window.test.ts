import { describe, expect, it } from "vitest";
import { windowOf } from "#processors/digest/core/window.ts";
import { dailyDigest, digestItem, digestNoon } from "../builders.ts";

describe("digest windows [KV-06]", () => {
  it("are the same for a person, cadence, channel and end at each computation", () => {
    const first = windowOf(digestItem("1"), dailyDigest, { at: digestNoon });
    const second = windowOf(digestItem("2", digestNoon + 1), dailyDigest, { at: digestNoon + 1 });
    expect(first).toEqual(second);
    expect(
      windowOf(digestItem("1", digestNoon, { user_id: "ben" }), dailyDigest, { at: digestNoon }).windowId,
    ).not.toBe(first.windowId);
  });

  it("end after so many seconds where a length is set", () => {
    expect(windowOf(digestItem("1"), dailyDigest, { at: digestNoon + 1, length: 10_000 }).closesAt).toBe(
      digestNoon + 10_000,
    );
  });
});
