import { describe, expect, it } from "vitest";
import { trustedAge } from "#shared/state/views/marker.ts";

const marker = (epoch: string, as_of: number, server?: string) =>
  JSON.stringify({ epoch, as_of, ...(server !== undefined && { server }) });
const names = ["a", "b"];
/** Twelve seconds and a bit by the clock of Redis. */
const time = ["12", "345678"];

describe("the age of views", () => {
  it("is that of the older of the two, as it stood before the read, by the clock of Redis", () => {
    const before = [marker("e", 12_000), marker("f", 10_000)];
    const after = [marker("e", 12_300), marker("f", 12_300)];
    expect(trustedAge(names, { before, after, time, server: "s1" })).toBe(2_345);
  });

  it("is never below 0", () => {
    const markers = [marker("e", 13_000)];
    expect(trustedAge(["a"], { before: markers, after: markers, time, server: "s1" })).toBe(0);
  });

  it.each([
    ["missing before", [marker("e", 5), null], [marker("e", 5), marker("f", 3)]],
    ["missing after", [marker("e", 5), marker("f", 3)], [null, marker("f", 3)]],
    ["replaced in between", [marker("e", 5), marker("f", 3)], [marker("e2", 5), marker("f", 3)]],
    [
      "another server's, as after a snapshot",
      [marker("e", 5), marker("f", 3, "s0")],
      [marker("e", 5), marker("f", 3, "s0")],
    ],
  ])("is none where a marker is %s", (_case, before, after) => {
    expect(() => trustedAge(names, { before, after, time, server: "s1" })).toThrow(
      expect.objectContaining({ code: "COMMS_STATE_STALE", retryable: true }),
    );
  });
});
