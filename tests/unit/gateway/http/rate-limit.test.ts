import { describe, expect, it } from "vitest";
import { createRateLimit } from "#gateway/http/rate-limit.ts";

describe("the rate of a client", () => {
  it("lets twice a second's requests through at once, and then one for each that time gives back", () => {
    const rate = createRateLimit(10, 100);
    const waits = Array.from({ length: 22 }, () => rate.take("a", 1_000));
    expect(waits).toEqual([...Array<number>(20).fill(0), 1, 1]);
    expect([rate.take("a", 1_100), rate.take("a", 1_100)]).toEqual([0, 1]);
    expect(rate.take("b", 1_100)).toBe(0);
  });

  it("says how long a client of a slow rate should wait, and does not mind a clock that is set back", () => {
    const rate = createRateLimit(0.1, 100);
    expect([rate.take("a", 1_000), rate.take("a", 1_000), rate.take("a", 0)]).toEqual([0, 10, 10]);
  });

  it("may be spent beyond what is there, and is waited for until the debt is paid", () => {
    const rate = createRateLimit(10, 100);
    rate.spend("a", 120, 0);
    expect([rate.waitOf("a", 0), rate.take("a", 0), rate.waitOf("a", 10_000), rate.take("a", 10_100)]).toEqual([
      11, 11, 1, 0,
    ]);
  });

  it("has another burst where it is told so, and looking takes nothing", () => {
    const rate = createRateLimit(0.2, 100, { burst: 3 });
    for (let look = 0; look < 10; look++) expect(rate.waitOf("a", 0)).toBe(0);
    expect([1, 2, 3, 4].map(() => rate.take("a", 0))).toEqual([0, 0, 0, 5]);
  });

  it("remembers a bounded number of clients", () => {
    const rate = createRateLimit(10, 100);
    for (let at = 0; at < 10_000; at++) rate.take(`client ${at}`, 0);
    expect(rate.size).toBe(100);
  });
});
