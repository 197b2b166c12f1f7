import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { untilAborted } from "#shared/platform/clock/until-aborted.ts";

describe("work until a signal aborts", () => {
  test("gives its result or its error, and leaves no listener behind", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(async () => "done", signal, "late")).toBe("done");
    await expect(untilAborted(() => Promise.reject(new Error("no")), signal, "late")).rejects.toThrow("no");
    const broken = () => {
      throw new Error("not even begun");
    };
    await expect(untilAborted(broken, signal, "late")).rejects.toThrow("not even begun");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("gives the other value at the abort, and swallows what comes after", async () => {
    const abort = new AbortController();
    const { promise, reject } = Promise.withResolvers<string>();
    const waiting = untilAborted(() => promise, abort.signal, "late");
    abort.abort();
    expect(await waiting).toBe("late");
    // An error that nobody takes would end the run.
    reject(new Error("too late to matter"));
    await new Promise(setImmediate);
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });

  test("is not begun under an aborted signal", async () => {
    const work = vi.fn(async () => "done");
    expect(await untilAborted(work, AbortSignal.abort(), "late")).toBe("late");
    expect(work).not.toHaveBeenCalled();
  });
});
