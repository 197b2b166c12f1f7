import { expect, it } from "vitest";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";

it("forgets what was not asked for longest", () => {
  const cache = createBoundedCache<string, number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([1, undefined, 3]);
  cache.delete("a");
  expect(cache.size).toBe(1);
});
