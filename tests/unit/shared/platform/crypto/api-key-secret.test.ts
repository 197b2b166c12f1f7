import { describe, expect, it } from "vitest";
import {
  apiKeyIdOf,
  drawApiKey,
  hashApiKey,
  isHashOfApiKey,
  prefixOfApiKey,
} from "#shared/platform/crypto/api-key-secret.ts";

const peppers = { current: "p2", peppers: { p1: "pepper of last year", p2: "pepper of this year" } };

describe("an API key", () => {
  it("is a prefix that may be shown and 256 bits, and none is drawn twice", () => {
    const keys = Array.from({ length: 1_000 }, () => drawApiKey());
    for (const { keyId, text } of keys) {
      expect(text).toMatch(/^carillon_[a-z0-9]{12}_[\w-]{43}$/);
      expect([apiKeyIdOf(text), text.startsWith(`${prefixOfApiKey(keyId)}_`)]).toEqual([keyId, true]);
    }
    expect(new Set(keys.map(({ text }) => text)).size).toBe(1_000);
    // All 32 letters of the alphabet come up, about equally often.
    const counts = Map.groupBy(
      keys.flatMap(({ keyId }) => keyId.split("")),
      (letter) => letter,
    );
    expect(counts.size).toBe(32);
    expect(Math.min(...[...counts.values()].map(({ length }) => length))).toBeGreaterThan(250);
  });

  it.each([
    "",
    "carillon_",
    "carillon_abcabcabcabc",
    `carillon_abcabcabcabc_${"a".repeat(42)}`,
    `carillon_abcabcabcabc_${"a".repeat(44)}`,
    `carillon_ABCABCABCABC_${"a".repeat(43)}`,
    `xcarillon_abcabcabcabc_${"a".repeat(43)}`,
    `carillon_abcabcabcabc_${"a".repeat(42)}é`,
    `carillon_abcabcabcabc_${"a".repeat(43)}\n`,
  ])("is not %j", (text) => expect(apiKeyIdOf(text)).toBeUndefined());
});

describe("the hash of an API key", () => {
  const { text } = drawApiKey();

  it("is that of the whole key under the current pepper, and gives nothing of it away", () => {
    const hash = hashApiKey(text, peppers);
    expect(hash).toMatch(/^v1:p2:[0-9a-f]{64}$/);
    expect(isHashOfApiKey(text, hash, peppers)).toBe(true);
    const last = text.at(-1) === "a" ? "b" : "a";
    expect(isHashOfApiKey(text.slice(0, -1) + last, hash, peppers)).toBe(false);
  });

  it("is known under a pepper before, for as long as that is configured", () => {
    const old = hashApiKey(text, { ...peppers, current: "p1" });
    expect(isHashOfApiKey(text, old, peppers)).toBe(true);
    expect(isHashOfApiKey(text, old, { current: "p2", peppers: { p2: "pepper of this year" } })).toBe(false);
    expect(isHashOfApiKey(text, old, { current: "p1", peppers: { p1: "pepper of this year" } })).toBe(false);
  });

  it.each(["", "v1", "v1:p2:", "v1:p2:00", "v2:p2:00", "v1:constructor:00", "v1:__proto__:00"])(
    "is not %j, which opens nothing",
    (hash) => expect(isHashOfApiKey(text, hash, peppers)).toBe(false),
  );
});
