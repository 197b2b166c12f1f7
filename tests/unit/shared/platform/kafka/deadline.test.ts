import { describe, expect, it } from "vitest";
import { late, within } from "#shared/platform/kafka/deadline.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

describe("a deadline", () => {
  it("gives the result, or the error, of work that is in time, and leaves no sleeper behind", async () => {
    const clock = createManualClock();
    expect(await within(clock, 100, Promise.resolve("done"))).toBe("done");
    await expect(within(clock, 100, Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(clock.sleeping).toBe(0);
  });

  it("gives late when the time is up, and swallows what comes after", async () => {
    const clock = createManualClock();
    let fail: (error: Error) => void = () => {};
    const waiting = within(clock, 100, new Promise((_, reject) => (fail = reject)));
    await clock.advance(100);
    expect(await waiting).toBe(late);
    fail(new Error("too late to matter"));
    await clock.advance(0);
  });
});
