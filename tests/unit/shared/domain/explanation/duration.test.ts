import { describe, expect, it } from "vitest";
import { describeDuration } from "#shared/domain/explanation/duration.ts";

describe("a duration in words", () => {
  it.each([
    [-5, "0 milliseconds"],
    [1, "1 millisecond"],
    [999, "999 milliseconds"],
    [1_000, "1 second"],
    [1_260, "1.2 seconds"],
    [59_999, "59.9 seconds"],
    [60_000, "1 minute"],
    [61_000, "1 minute 1 second"],
    [8 * 3_600_000 + 2 * 60_000 + 5_000, "8 hours 2 minutes"],
    [3_600_000 + 5_000, "1 hour"],
    [49 * 3_600_000, "2 days 1 hour"],
  ])("%i ms is %s", (ms, words) => {
    expect(describeDuration(ms)).toBe(words);
  });
});
