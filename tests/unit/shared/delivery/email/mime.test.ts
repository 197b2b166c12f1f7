import { describe, expect, test } from "vitest";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import type { MailOptions } from "#shared/delivery/email/mail-options.ts";
import { composeMail } from "#shared/delivery/email/mime.ts";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import { verifyUnsubscribe } from "#shared/platform/crypto/unsubscribe-token.ts";
import { aSend, hasher, start } from "../sender-bench.ts";

const stream = (domain: string) => ({ from: `Carillon <no-reply@${domain}>`, domain, configurationSet: domain });
const options: MailOptions = {
  streams: { transactional: stream("notify.example.com"), marketing: stream("updates.example.com") },
  unsubscribeUrl: "https://gateway.example.com",
  unsubscribeKeys: { current: "k1", keys: { k1: { secret: "unsubscribe-secret-of-32-characters" } } },
};
const content: EmailContent = { channel: "EMAIL", subject: "Your stay", html: "<p>Hello</p>", text: "Hello" };
const addressHash = hasher.hash("EMAIL", "ada@example.com");

async function rawOf(
  change: Parameters<typeof aSend>[0] = {},
  part: Partial<EmailContent> = {},
  now = start,
): Promise<string> {
  const target = { address: "ada@example.com", deviceId: "" };
  const message: OutboundMessage = { send: aSend(change), content: { ...content, ...part }, target, addressHash, now };
  return (await composeMail(message, { ...content, ...part }, options)).toString("utf8");
}

/** The headers of the raw bytes, unfolded, by name in small letters. */
function headersOf(raw: string): Map<string, string> {
  const head = raw.slice(0, raw.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");
  return new Map(
    head
      .split("\r\n")
      .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
}

describe("the mail on the wire [EML-02]", () => {
  test("carries the headers that every mail must have", async () => {
    const { msg_id } = aSend();
    const headers = headersOf(await rawOf());
    expect(Object.fromEntries(headers)).toMatchObject({
      "message-id": `<${msg_id}@notify.example.com>`,
      "x-template-name": "booking_confirmed_buyer",
      "x-template-version": "1",
      "x-comms-msg-id": msg_id,
      "feedback-id": "booking_confirmed_buyer:booking:default:carillon",
      "auto-submitted": "auto-generated",
      to: "ada@example.com",
      from: "Carillon <no-reply@notify.example.com>",
      subject: "Your stay",
    });
    expect(headers.get("list-id")).toMatch(/<booking\.notify\.example\.com>/);
  });

  test("unsubscribes in one click, by a token that names this person, this address and this category", async () => {
    const headers = headersOf(await rawOf());
    expect(headers.get("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
    const list = headers.get("list-unsubscribe") ?? "";
    const [, token = ""] = /<https:\/\/gateway\.example\.com\/unsubscribe\/([^>]+)>/.exec(list) ?? [];
    expect(list).not.toContain("mailto:");
    expect(verifyUnsubscribe(token, options.unsubscribeKeys, start)).toMatchObject({
      claim: { tenantId: "default", userId: "u1", channel: "email", addressHash, scope: "category:booking" },
    });
  });

  test("a promotion goes out by the other domain, and its link takes back all of marketing", async () => {
    const headers = headersOf(await rawOf({ category: "promotions" }));
    expect(headers.get("from")).toContain("updates.example.com");
    expect(headers.get("auto-submitted")).toBeUndefined();
    const [, token = ""] = /unsubscribe\/([^>]+)>/.exec(headers.get("list-unsubscribe") ?? "") ?? [];
    expect(verifyUnsubscribe(token, options.unsubscribeKeys, start)).toMatchObject({
      claim: { scope: "stream:marketing" },
    });
  });

  test("a critical mail cannot be unsubscribed from", async () => {
    const raw = await rawOf({ critical: true, category: "security" });
    expect(raw).not.toMatch(/^List-/im);
  });

  test("has a text part beside the HTML", async () => {
    const raw = await rawOf();
    expect(raw).toMatch(/Content-Type: multipart\/alternative/);
    expect(raw).toMatch(/Content-Type: text\/plain; charset=utf-8/);
    expect(raw).toMatch(/Content-Type: text\/html; charset=utf-8/);
  });

  test("keeps its Message-ID from one attempt to the next", async () => {
    const first = headersOf(await rawOf());
    const second = headersOf(await rawOf({ attempt: 2 }, {}, start + 60_000));
    expect(second.get("message-id")).toBe(first.get("message-id"));
  });

  test("lets no content begin a header", async () => {
    const raw = await rawOf(
      { template_name: "x\r\nBcc: eve@example.com" },
      { subject: "Hi\r\nBcc: eve@example.com\u2028X: y" },
    );
    expect(raw).not.toMatch(/^Bcc:/im);
    expect(raw).not.toMatch(/^X: y/im);
  });

  test("has no line over 998 bytes, and ends every line in CR LF", async () => {
    const raw = await rawOf(
      {},
      { html: `<p>${"é".repeat(5_000)}</p>`, text: "y".repeat(5_000), subject: "ü".repeat(400) },
    );
    for (const line of raw.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
    expect(raw.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });
});

describe("the mailbox to unsubscribe by", () => {
  test("offers a mailbox too, but only one that something reads", async () => {
    const read = { ...options, unsubscribeMailbox: "leave@list.example.com" };
    const target = { address: "ada@example.com", deviceId: "" };
    const message: OutboundMessage = { send: aSend(), content, target, addressHash, now: start };
    const raw = await composeMail(message, content, read);
    expect(headersOf(raw.toString("utf8")).get("list-unsubscribe")).toMatch(
      /^<https:\/\/gateway\.example\.com\/unsubscribe\/[^>]+>, <mailto:leave@list\.example\.com\?subject=v1\.[^>]+>$/,
    );
  });
});
