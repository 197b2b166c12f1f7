import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { contextOf, open, seal, sealingKey } from "#shared/platform/crypto/envelope.ts";

const key = sealingKey(randomBytes(32));
const context = contextOf("artifact", "a|b", "c");
const plain = Buffer.from("canary");

describe("envelope", () => {
  it("opens what it sealed, differs each time and shows nothing", () => {
    const sealed = seal(key, plain, context);
    expect(open(key, sealed, context)).toEqual(plain);
    expect(seal(key, plain, context)).not.toEqual(sealed);
    expect(sealed.includes(plain)).toBe(false);
  });

  it("opens what an earlier release sealed: its bytes lie in artifacts and tables", () => {
    const released = "01e76837f98d34d5801331fb78be6421aac8a070433d349137baeb9a63b20d534700ed";
    expect(String(open(sealingKey(Buffer.alloc(32, 7)), Buffer.from(released, "hex"), context))).toBe("canary");
  });

  it("takes a key of 32 bytes and no other", () => {
    expect(() => sealingKey(Buffer.alloc(16))).toThrow("A sealing key is 16 bytes and must be 32");
  });

  it("opens neither under another key nor for another context", () => {
    const sealed = seal(key, plain, context);
    expect(() => open(sealingKey(randomBytes(32)), sealed, context)).toThrow();
    expect(() => open(key, sealed, contextOf("artifact", "a", "b|c"))).toThrow();
  });

  it("detects every changed byte and every cut", () => {
    const sealed = seal(key, plain, context);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => open(key, changed, context), `byte ${at}`).toThrow();
      expect(() => open(key, sealed.subarray(0, at), context), `cut at ${at}`).toThrow();
    }
  });
});
