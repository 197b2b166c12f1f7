import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { oneLine } from "#shared/delivery/email/headers.ts";
import { composeMail } from "#shared/delivery/email/mime.ts";
import { sendRequestOf } from "#shared/delivery/providers/ses/request.ts";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import { emlOf } from "#simulator/page/eml.ts";
import { simpleMail, simpleProblem } from "#simulator/ses/simple.ts";
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

type Compose = (message: OutboundMessage, content: EmailContent) => Promise<Buffer>;

/** As SES composes it of the parts that it is sent: the simulator in its place. */
async function composedBySes(message: OutboundMessage): Promise<Buffer> {
  const { Content, FromEmailAddress = "", Destination } = await sendRequestOf(message, mailOptions);
  if (!Content?.Simple) throw new Error("The mail is sent raw");
  const parts = simpleMail.parse(Content.Simple);
  expect(simpleProblem(FromEmailAddress, parts)).toBeUndefined();
  const { Subject, Body, Headers } = parts;
  const headers = [
    { name: "From", value: FromEmailAddress },
    { name: "To", value: (Destination?.ToAddresses ?? []).join(", ") },
    { name: "Subject", value: Subject.Data },
    ...Headers.map(({ Name: name, Value: value }) => ({ name, value })),
  ];
  const content = { text: Body.Text?.Data ?? "", html: Body.Html?.Data ?? "" };
  return Buffer.from(emlOf({ kind: "mail", from: FromEmailAddress, subject: Subject.Data, headers, content }));
}

const ways: readonly (readonly [string, Compose])[] = [
  ["composed here", (message, content) => composeMail(message, content, mailOptions)],
  ["composed by SES", composedBySes],
];

describe.skipIf(python === undefined).each(ways)(
  "a mail %s, as Python's email package reads it [EML-02]",
  (_, compose) => {
    /** Composes the mails as a sender does, and reads them. */
    async function read(contents: readonly EmailContent[]): Promise<readonly ReadMail[]> {
      const messageOf = (content: EmailContent) => ({ send: aSend(), content, target, addressHash, now: start });
      const composed = contents.map((content) => compose(messageOf(content), content));
      return readMails(python ?? "", await Promise.all(composed));
    }

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
  },
);
