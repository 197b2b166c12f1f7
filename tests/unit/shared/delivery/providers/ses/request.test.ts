import { describe, expect, test } from "vitest";
import { sendRequestOf } from "#shared/delivery/providers/ses/request.ts";
import { mailOptions } from "#tests/support/provider-accounts.ts";
import { aSend, hasher, start } from "../../sender-bench.ts";

interface Given {
  readonly send?: Parameters<typeof aSend>[0];
  readonly content?: { readonly subject?: string; readonly text?: string; readonly html?: string };
  readonly mail?: Partial<typeof mailOptions>;
}

function requestOf({ send = {}, content = {}, mail = {} }: Given = {}) {
  const target = { address: "ada@example.com", deviceId: "" };
  const message = {
    send: aSend(send),
    content: { channel: "EMAIL", subject: "Your stay", text: "Hello", html: "<p>Hello</p>", ...content },
    target,
    addressHash: hasher.hash("EMAIL", target.address),
    now: start,
  } as const;
  return sendRequestOf(message, { ...mailOptions, ...mail });
}

describe("the request that sends a mail by SES", () => {
  test("has the parts, our headers, the tags that bring the message home, and no MIME", async () => {
    const { msg_id } = aSend();
    const request = await requestOf();
    expect(request).toEqual({
      Content: {
        Simple: {
          Subject: { Data: "Your stay", Charset: "UTF-8" },
          Body: { Text: { Data: "Hello", Charset: "UTF-8" }, Html: { Data: "<p>Hello</p>", Charset: "UTF-8" } },
          Headers: [
            { Name: "X-Template-Name", Value: "booking_confirmed_buyer" },
            { Name: "X-Template-Version", Value: "1" },
            { Name: "X-Comms-Msg-Id", Value: msg_id },
            { Name: "Feedback-ID", Value: "booking_confirmed_buyer:booking:default:carillon" },
            { Name: "Auto-Submitted", Value: "auto-generated" },
            { Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click" },
            {
              Name: "List-Unsubscribe",
              Value: expect.stringMatching(/^<https:\/\/gateway\.example\.com\/unsubscribe\/.+>$/),
            },
            { Name: "List-Id", Value: '"booking" <booking.notify.example.com>' },
          ],
        },
      },
      FromEmailAddress: "Carillon <no-reply@notify.example.com>",
      Destination: { ToAddresses: ["ada@example.com"] },
      EmailTags: [
        { Name: "msg_id", Value: msg_id },
        { Name: "template", Value: "booking_confirmed_buyer" },
        { Name: "tenant", Value: "default" },
        { Name: "to", Value: hasher.hash("EMAIL", "ada@example.com").replaceAll(":", ".") },
      ],
      ConfigurationSetName: "c",
    });
  });

  test("has a subject and a sender in ASCII, whole in encoded words where they have other letters", async () => {
    const { Content, FromEmailAddress } = await requestOf({
      content: { subject: "Grüße\r\nBcc: eve@example.com" },
      mail: {
        streams: {
          ...mailOptions.streams,
          transactional: { ...mailOptions.streams.transactional, from: "Bücher <b@example.com>" },
        },
      },
    });
    expect(Content?.Simple?.Subject?.Data).toBe("=?UTF-8?B?R3LDvMOfZSBCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?=");
    expect(FromEmailAddress).toBe("=?UTF-8?B?QsO8Y2hlcg==?= <b@example.com>");
  });

  test("has no half of a letter, which JSON would pass on", async () => {
    const { Content } = await requestOf({ content: { subject: "a\ud83d", text: "b\ud83d", html: "c\ud83d" } });
    expect(JSON.stringify(Content)).not.toContain("\\ud83d");
    expect(Content?.Simple?.Body?.Html?.Data).toBe("c\ufffd");
  });

  test.each([
    ["no header of a list, where the mail is critical", { critical: true, category: "security" }, /^(?!List-)/],
    ["no Auto-Submitted on a promotion", { category: "promotions" }, /^(?!Auto-Submitted)/],
  ])("has %s", async (_, send, name) => {
    const { Content } = await requestOf({ send });
    expect(Content?.Simple?.Headers?.length).toBeGreaterThan(3);
    for (const { Name } of Content?.Simple?.Headers ?? []) expect(Name).toMatch(name);
  });
});

describe("what a report will repeat of the message", () => {
  const target = { address: "ada@example.com", deviceId: "" };
  const content = { channel: "EMAIL", subject: "Your stay", text: "Hello", html: "<p>Hello</p>" } as const;
  const tagsOf = async (sealed: string) => {
    const message = { send: aSend(), content, target, addressHash: "h", now: start };
    const { EmailTags = [] } = await sendRequestOf(message, mailOptions, { seal: () => sealed });
    return EmailTags.slice(4);
  };

  test("goes along in tags of the length that SES takes", async () => {
    const tags = await tagsOf(`${"a".repeat(256)}${"b".repeat(256)}c`);
    expect(tags).toEqual([
      { Name: "s0", Value: "a".repeat(256) },
      { Name: "s1", Value: "b".repeat(256) },
      { Name: "s2", Value: "c" },
    ]);
  });

  test("stays here where it is too long, and the mail goes", async () => {
    expect(await tagsOf("a".repeat(6 * 256))).toHaveLength(6);
    expect(await tagsOf("a".repeat(6 * 256 + 1))).toEqual([]);
  });
});

describe("a mail is composed here", () => {
  const long = { user_id: "u".repeat(500) };
  test.each([
    ["where a header is longer than SES takes it", { send: long }],
    ["where a header has letters outside ASCII", { send: { template_name: "bücher" } }],
    ["where a header is empty", { send: { template_name: "" } }],
  ])("%s, with the same tags", async (_, given) => {
    const { Content, EmailTags, Destination } = await requestOf(given);
    expect(Content?.Simple).toBeUndefined();
    const raw = Buffer.from(Content?.Raw?.Data ?? []).toString();
    expect(raw).toMatch(/^Message-ID: /m);
    expect(raw).toMatch(/^Content-Type: multipart\/alternative/m);
    expect(EmailTags?.[0]).toEqual({ Name: "msg_id", Value: aSend(given.send).msg_id });
    expect(Destination).toEqual({ ToAddresses: ["ada@example.com"] });
  });

  test("from the first character on that SES does not take", async () => {
    const length = async (userId: string) => {
      const { Content } = await requestOf({ send: { user_id: userId } });
      const headers = Content?.Simple?.Headers ?? [];
      return headers.find(({ Name }) => Name === "List-Unsubscribe")?.Value?.length;
    };
    const lengths = await Promise.all(Array.from({ length: 60 }, (_, more) => length("u".repeat(380 + more))));
    const simple = lengths.filter((one) => one !== undefined);
    expect(simple.length).toBeGreaterThan(1);
    expect(simple.length).toBeLessThan(60);
    expect(Math.max(...simple)).toBeLessThanOrEqual(870);
    expect(Math.max(...simple)).toBeGreaterThan(866);
    expect(lengths.slice(simple.length)).toEqual(Array.from({ length: 60 - simple.length }, () => undefined));
  });
});
