import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redisKeys } from "#shared/platform/redis/keys.ts";
import { dedupeKey } from "#shared/state/dedupe/dedupe-holds.ts";

const keys = redisKeys("p:");

describe("keys in Redis [DED-01]", () => {
  test.each(["dedupe", "suppression", "softBounces"] as const)("%s: two names never share one", (kind) => {
    const text = fc.string({ unit: fc.constantFrom("a", ":", "%", "3", "A"), maxLength: 5 });
    const name = fc.tuple(text, text, text);
    fc.assert(
      fc.property(name, name, (one, two) => {
        fc.pre(one.some((part, i) => part !== two[i]));
        expect(keys[kind](...one)).not.toBe(keys[kind](...two));
      }),
      { numRuns: 2_000 },
    );
  });

  test("a tenant called like the rest of another's key has a dedupe window of its own", () => {
    const theirs = dedupeKey(keys, { tenantId: "x:email:8", channel: "PUSH", userId: "u", key: "k" });
    const ours = dedupeKey(keys, { tenantId: "x", channel: "EMAIL", userId: "push:1:u", key: "k" });
    expect(theirs).not.toBe(ours);
  });

  test("stay legible for ordinary names", () => {
    expect(keys.dedupe("default", "email", "3:ada:BOOKING:1")).toBe("p:dedupe:default:email:3:ada:BOOKING:1");
    expect(keys.suppression("default", "EMAIL", "v1:k:ab")).toBe("p:suppression:default:EMAIL:v1:k:ab");
  });
});
