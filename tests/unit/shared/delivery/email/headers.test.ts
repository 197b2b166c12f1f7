import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  asciiHeaderText,
  asciiMailbox,
  headerText,
  mailHeaders,
  messageId,
  oneLine,
  quotedPhrase,
} from "#shared/delivery/email/headers.ts";
import { aSend } from "../sender-bench.ts";

describe("mail headers [EML-02]", () => {
  test("no text begins a second line", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("a\r\nBcc: b", "a\u2028b", "a\u0085b", "\n"));
    fc.assert(
      fc.property(text, (value) => {
        expect(oneLine(value)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        const send = aSend({ template_name: value, category: value, tenant_id: value });
        for (const value of Object.values(mailHeaders(send, "transactional"))) expect(value).not.toMatch(/[\r\n]/);
      }),
    );
  });

  test("a text that holds an encoded word is encoded as a whole, in words of 75 characters at most", () => {
    const encoded = /^=\?UTF-8\?B\?([\w+/=]*)\?=$/;
    let count = 0;
    const text = fc.string({ unit: fc.constantFrom("=?", "?=", "é", "日", "😀", " ", "word") });
    fc.assert(
      fc.property(text, (value) => {
        const shown = oneLine(value);
        if (!shown.includes("=?")) {
          expect(headerText(value)).toBe(shown);
          return;
        }
        count += 1;
        const words = headerText(value).split(" ");
        for (const word of words) expect(word.length).toBeLessThanOrEqual(75);
        const parts = words.map((word) => Buffer.from(encoded.exec(word)?.[1] ?? "", "base64").toString("utf8"));
        expect(parts.join("")).toBe(shown);
      }),
    );
    expect(count).toBeGreaterThan(20);
  });

  test.each([
    ["Your stay", "Your stay"],
    ["Grüße", "=?UTF-8?B?R3LDvMOfZQ==?="],
    ["=?x", "=?UTF-8?B?PT94?="],
    ["日\r\nBcc: eve", "=?UTF-8?B?5pelIEJjYzogZXZl?="],
  ])("%j in ASCII is %j", (typed, header) => {
    expect(asciiHeaderText(typed)).toBe(header);
  });

  test.each([
    ["Carillon <no-reply@example.com>", "Carillon <no-reply@example.com>"],
    ["Bücher <no-reply@example.com>", "=?UTF-8?B?QsO8Y2hlcg==?= <no-reply@example.com>"],
    ["no-reply@example.com", "no-reply@example.com"],
  ])("the mailbox %j in ASCII is %j", (mailbox, header) => {
    expect(asciiMailbox(mailbox)).toBe(header);
  });

  test.each([
    ["booking", '"booking"'],
    ['a "b" \\', '"a \\"b\\" \\\\"'],
    ["ü", "=?UTF-8?B?w7w=?="],
  ])("the phrase %j is %s", (phrase, header) => {
    expect(quotedPhrase(phrase)).toBe(header);
  });

  test("Feedback-ID has four parts, for any text in them", () => {
    expect(mailHeaders(aSend({ category: "a:b c" }), "marketing")["Feedback-ID"]).toBe(
      "booking_confirmed_buyer:a_b_c:default:carillon",
    );
  });

  test("Message-ID is the message's, not the attempt's", () => {
    expect(messageId("m1", "notify.example.com")).toBe("<m1@notify.example.com>");
  });
});
