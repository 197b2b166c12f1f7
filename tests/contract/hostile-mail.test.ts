import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { oneLine } from "#shared/delivery/email/headers.ts";
import { composeMail } from "#shared/delivery/email/mime.ts";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import { bookingContents } from "#tests/support/booking-contents.ts";
import { hostileTexts } from "#tests/support/hostile-texts.ts";
import { mailOptions } from "#tests/support/provider-accounts.ts";
import { findMailReader, type ReadMail, readMails } from "#tests/support/read-mail.ts";
import { aSend, hasher, start } from "#tests/unit/shared/delivery/sender-bench.ts";

const target = { address: "ada@example.com", deviceId: "" };
const addressHash = hasher.hash("EMAIL", target.address);
const contentWith = await bookingContents();
const unixLines = (text = "") => text.replaceAll("\r\n", "\n").trimEnd();
const python = findMailReader();

/** Composes the mails as a sender does, and reads them. */
async function read(contents: readonly EmailContent[]): Promise<readonly ReadMail[]> {
  const compose = (content: EmailContent) =>
    composeMail({ send: aSend(), content, target, addressHash, now: start }, content, mailOptions);
  return readMails(python ?? "", await Promise.all(contents.map(compose)));
}

describe.skipIf(python === undefined)("a mail on the wire, as Python's email package reads it [EML-02]", () => {
  let plain: ReadMail;
  let mails: readonly ReadMail[];

  beforeAll(async () => {
    const typed = ["Walk", ...hostileTexts.map((text) => text.typed)];
    const [first, ...others] = await read(typed.map((text) => contentWith("buyer", "EMAIL", text)));
    if (!first) throw new Error("Nothing was read");
    [plain, mails] = [first, others];
  });

  test.each(hostileTexts.map((each, index) => ({ ...each, index })))(
    "has $name in its subject as it was typed",
    (one) => {
      const mail = mails[one.index];
      const content = contentWith<EmailContent>("buyer", "EMAIL", one.typed);
      expect(mail?.subject).toBe(content.subject);
      expect(mail?.defects).toEqual([]);
      expect(mail?.headers).toEqual(plain.headers);
      expect(mail?.to).toEqual(["ada@example.com"]);
      expect(unixLines(mail?.text)).toBe(content.text);
      expect(unixLines(mail?.html)).toBe(content.html.trimEnd());
    },
  );

  test("has any subject as it was typed, of words that are half encoded", async () => {
    const unit = fc.constantFrom(
      "a",
      "é",
      " ",
      "=?",
      "?=",
      "?q?",
      "utf-8",
      '"',
      "\\",
      "(",
      ",",
      "😀",
      "=",
      "_",
      "日本",
      "<",
      "@",
    );
    const typed = fc.sample(fc.string({ unit, minLength: 1, maxLength: 60 }), { numRuns: 200, seed: 20261126 });
    const subjects = typed.map((text) => oneLine(text).replaceAll(/ +/g, " ")).filter((text) => text !== "");
    const mails = await read(subjects.map((subject) => ({ channel: "EMAIL", subject, text: "t", html: "<p>t</p>" })));
    expect(mails.map(({ subject }) => subject)).toEqual(subjects);
    expect(subjects.filter((subject) => subject.includes("=?")).length).toBeGreaterThan(40);
  });
});
