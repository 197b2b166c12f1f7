import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paddedLength, sha1 } from "#shared/domain/message/sha1.ts";

function hexOf(text: Uint8Array): string {
  const buffer = new Uint8Array(paddedLength(text.length)).fill(0xaa);
  buffer.set(text);
  return [...sha1(buffer, text.length)].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

describe("sha1", () => {
  test.each([
    ["", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    ["abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"],
    ["a".repeat(1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"],
  ])("of the standard's own example %#", (text, digest) => {
    expect(hexOf(Buffer.from(text))).toBe(digest);
  });

  test("is Node's for every length around the ends of three blocks, and for any bytes", () => {
    const node = (text: Uint8Array) => createHash("sha1").update(text).digest("hex");
    for (let length = 0; length <= 200; length += 1) {
      const text = Uint8Array.from({ length }, (_, at) => (at * 151) & 0xff);
      expect(`${length} ${hexOf(text)}`).toBe(`${length} ${node(text)}`);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (text) => {
        expect(hexOf(text)).toBe(node(text));
      }),
    );
  });
});
