import { describe, expect, test } from "vitest";
import { readDoubt, withDoubt, writeDoubt } from "#shared/domain/delivery/doubt.ts";
import { start } from "../../delivery/sender-bench.ts";

describe("a doubt on the log", () => {
  test("is read as it was written", () => {
    const headers = Object.entries(writeDoubt(start)).map(([name, text]) => [name, Buffer.from(text)] as const);
    expect(readDoubt(Object.fromEntries(headers))).toBe(start);
    expect([writeDoubt(undefined), readDoubt({})]).toEqual([{}, undefined]);
  });

  test.each(["", "soon", "-1", "1e12", "17000000000000"])("is none that says %j", (text) => {
    expect(readDoubt({ "comms-in-doubt-since": Buffer.from(text) })).toBeUndefined();
  });

  test("stands in for an entry that is missing, and for no other", () => {
    const held = { kind: "held", owner: "a", until: start } as const;
    expect(withDoubt({ kind: "free" }, start, 3)).toMatchObject({ kind: "ambiguous", since: start, calls: 2 });
    expect(withDoubt({ kind: "free" }, start, 1)).toMatchObject({ calls: 1 });
    expect(withDoubt({ kind: "free" }, undefined, 1)).toEqual({ kind: "free" });
    expect(withDoubt(held, start, 1)).toBe(held);
  });
});
