import { describe, expect, it } from "vitest";
import { trustedAsOf } from "#shared/state/views/marker.ts";

const marker = (epoch: string, as_of: number) => JSON.stringify({ epoch, as_of });
const names = ["a", "b"];

describe("settledAsOf", () => {
  it("is the older of the two views, as it stood before the read", () => {
    expect(trustedAsOf(names, [marker("e", 5), marker("f", 3)], [marker("e", 6), marker("f", 9)])).toBe(3);
  });

  it.each([
    ["missing before", [marker("e", 5), null], [marker("e", 5), marker("f", 3)]],
    ["missing after", [marker("e", 5), marker("f", 3)], [null, marker("f", 3)]],
    ["replaced in between", [marker("e", 5), marker("f", 3)], [marker("e2", 5), marker("f", 3)]],
  ])("is none where a marker is %s", (_case, before, after) => {
    expect(() => trustedAsOf(names, before, after)).toThrow(expect.objectContaining({ code: "COMMS_STATE_STALE" }));
  });
});
