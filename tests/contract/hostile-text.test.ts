import { describe, expect, test } from "vitest";
import { pushMessage } from "#shared/delivery/providers/fcm/core/payload.ts";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import type { InappContent } from "#shared/domain/channel/inapp.ts";
import type { PushContent } from "#shared/domain/channel/push.ts";
import type { SmsContent } from "#shared/domain/channel/sms.ts";
import { bookingContents } from "#tests/support/booking-contents.ts";
import { hostileTexts, shownText } from "#tests/support/hostile-texts.ts";
import { aSend } from "#tests/unit/shared/delivery/sender-bench.ts";

const cases = hostileTexts.map((text) => ({ ...text, shown: shownText(text) }));
const contentWith = await bookingContents();
const linesOf = (text: string) => text.split(/\r\n|[\n\r\u2028\u2029]/).length;
const tagsOf = (html: string) => html.match(/<[/!]?[a-z][^\s>]*|<!--/gi) ?? [];
const linksOf = (html: string) => [...html.matchAll(/\b(?:href|src)="([^"]*)"/g)].map(([, link]) => link);

describe.each(cases)("$name, typed by a person", ({ typed, shown }) => {
  test("shows in a mail as it was typed, adds no line, no tag and no link", () => {
    const plain = contentWith<EmailContent>("buyer", "EMAIL", "Walk");
    const mail = contentWith<EmailContent>("buyer", "EMAIL", typed);
    expect(mail.subject).toContain(shown);
    expect(linesOf(mail.subject)).toBe(1);
    expect(mail.text).toContain(`What: ${shown}\n`);
    expect(linesOf(mail.text)).toBe(linesOf(plain.text));
    expect(tagsOf(mail.html)).toEqual(tagsOf(plain.html));
    expect(linksOf(mail.html)).toEqual(linksOf(plain.html));
  });

  test("shows in a text as it was typed, on its line", () => {
    const { text } = contentWith<SmsContent>("buyer", "SMS", typed);
    // The template cuts a title at 60 characters.
    expect(text).toContain(`Confirmed: ${shown.length <= 60 ? shown : shown.slice(0, 57)}`);
    expect(linesOf(text)).toBe(1);
  });

  test("shows in a push as it was typed; its link keeps its path, and its data their names", () => {
    const content = contentWith<PushContent>("buyer", "PUSH", typed);
    expect(content.body).toContain(shown);
    expect(linesOf(content.body)).toBe(1);
    expect(Object.keys(content.data)).toEqual(["deep_link"]);
    expectOneStep(content.data["deep_link"], shown);
    expect(content.collapseKey).toBe(`booking-${shown}`);
    const { data = {} } = pushMessage(aSend(), content, "token");
    expect(Object.keys(data).toSorted()).toEqual(["deep_link", "msg_id", "tenant"]);
    expect(data["msg_id"]).toBe(aSend().msg_id);
  });

  test("shows in the app as it was typed; its link keeps its path", () => {
    const content = contentWith<InappContent>("seller", "INAPP", typed);
    expect(content.title).toBe(`New booking from ${shown}`);
    expect(content.body).toContain(shown);
    expect(linesOf(content.body)).toBe(1);
    expectOneStep(content.deepLink ?? "", shown);
  });
});

/** The text is one step of the link's path: no query, no fragment, nothing above. */
function expectOneStep(link: string | undefined, shown: string): void {
  expect(link).toMatch(/^app:\/\/bookings\/[^/?#\s\\]*$/);
  expect(decodeURIComponent(link?.slice("app://bookings/".length) ?? "")).toBe(shown);
}
