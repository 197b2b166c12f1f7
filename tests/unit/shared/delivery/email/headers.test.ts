import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mailHeaders, messageId, oneLine } from "#shared/delivery/email/headers.ts";
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

  test("Feedback-ID has four parts, for any text in them", () => {
    expect(mailHeaders(aSend({ category: "a:b c" }), "marketing")["Feedback-ID"]).toBe(
      "booking_confirmed_buyer:a_b_c:default:carillon",
    );
  });

  test("Message-ID is the message's, not the attempt's", () => {
    expect(messageId("m1", "notify.example.com")).toBe("<m1@notify.example.com>");
  });
});
