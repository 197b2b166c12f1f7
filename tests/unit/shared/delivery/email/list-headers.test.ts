import { describe, expect, test } from "vitest";
import { listHeaders } from "#shared/delivery/email/list-headers.ts";
import { mailOptions } from "#tests/support/provider-accounts.ts";
import { aSend, emailContent, start } from "../sender-bench.ts";

function headersOf(change: Parameters<typeof aSend>[0], options = mailOptions) {
  const target = { address: "ada@example.com", deviceId: "" };
  return listHeaders({ send: aSend(change), content: emailContent, target, addressHash: "h", now: start }, options);
}

describe("the headers of a list", () => {
  test("name a link, and a mailbox only where something reads it", () => {
    const link = /^<https:\/\/gateway\.example\.com\/unsubscribe\/v1\.k1\.[\w-]+\.[\w-]+>/;
    const both = /^<https:[^>]+\/(v1\.[^>]+)>, <mailto:leave@list\.example\.com\?subject=\1>$/;
    expect(headersOf({})).toEqual({
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "List-Unsubscribe": expect.stringMatching(new RegExp(`${link.source}$`)),
      "List-Id": '"booking" <booking.notify.example.com>',
    });
    const read = { ...mailOptions, unsubscribeMailbox: "leave@list.example.com" };
    expect(headersOf({}, read)["List-Unsubscribe"]).toMatch(both);
  });

  test("are none on a critical mail", () => {
    expect(headersOf({ critical: true, category: "security" })).toEqual({});
  });

  test("let no category out of the quotes or into a second line", () => {
    const { "List-Id": id } = headersOf({ category: 'a "b\\" <c>\r\nBcc: eve' });
    expect(id).toBe('"a \\"b\\\\\\" <c> Bcc: eve" <a"b\\"cBcc:eve.notify.example.com>');
  });
});
