import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inlineTexts } from "#shared/domain/template/inline-text.ts";

describe("the texts of variables", () => {
  test.each([
    ["Walk\r\nBcc: eve", "Walk Bcc: eve"],
    ["a\u2028b\u2029c\u0085d\te\u0000f", "a b c d e f"],
    ["Walk \u202ednuor\u202c", "Walk dnuor"],
    ["שלום \u200f עולם", "שלום \u200f עולם"],
    ["=?utf-8?Q?x?= <b> {{ a }}", "=?utf-8?Q?x?= <b> {{ a }}"],
  ])("%j reads %j", (typed, shown) => {
    expect(inlineTexts(typed)).toBe(shown);
  });

  test("lie at any depth; whatever is no text stays as it is", () => {
    const given = { n: 5, ok: true, none: null, items: [{ text: "a\nb", amount: { micros: 1 } }], "a\nb": "c\nd" };
    expect(inlineTexts(given)).toEqual({
      n: 5,
      ok: true,
      none: null,
      items: [{ text: "a b", amount: { micros: 1 } }],
      "a\nb": "c d",
    });
    const named = JSON.parse('{"__proto__":"a\\nb"}');
    expect(Object.entries(inlineTexts(named))).toEqual([["__proto__", "a b"]]);
  });

  test("change nothing the second time, and hold no line break", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const once = inlineTexts(text);
        expect(inlineTexts(once)).toBe(once);
        expect(once).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
