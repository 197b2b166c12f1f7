import { describe, expect, it } from "vitest";
import { parseDuration } from "#cli/duration.ts";

describe("a duration on the command line", () => {
  it.each([
    ["90s", 90_000],
    ["15m", 900_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    ["24", undefined],
    ["-1h", undefined],
    ["1w", undefined],
    ["", undefined],
  ])("%s is %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});
