import { generateKeyPairSync } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ChannelAdapter, OutboundMessage } from "#shared/delivery/adapter.ts";
import { createSmtpAdapter } from "#shared/delivery/providers/smtp/adapter.ts";
import { publicRecord } from "#shared/delivery/providers/smtp/dkim/public-record.ts";
import type { SmtpServer } from "#shared/delivery/providers/smtp/transport.ts";
import { findDkimpy, verifyDkim } from "#tests/support/dkimpy.ts";
import { hasPostfix, type Postfix, startPostfix } from "#tests/support/postfix.ts";
import { aSend, hasher, start } from "#tests/unit/shared/delivery/sender-bench.ts";

const python = findDkimpy();
const dkim = [
  { selector: "r1", key: generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey },
  { selector: "e1", key: generateKeyPairSync("ed25519").privateKey },
];
const stream = (domain: string) => ({ from: `Carillon <no-reply@${domain}>`, domain, configurationSet: "" });
const mail = {
  streams: { transactional: stream("notify.example.com"), marketing: stream("updates.example.com") },
  unsubscribeUrl: "https://gateway.example.com",
  unsubscribeKeys: { current: "k1", keys: { k1: { secret: "unsubscribe-secret-of-32-characters" } } },
};

const canRun = hasPostfix() && python !== undefined;
const open: ChannelAdapter[] = [];
let postfix: Postfix;

beforeAll(async () => {
  if (canRun) postfix = await startPostfix(["ada@example.org", "bob@example.org"]);
});
afterEach(async () => {
  for (const adapter of open.splice(0)) await adapter.close();
});
afterAll(() => postfix?.stop());

function adapter(change: Partial<SmtpServer> = {}): ChannelAdapter {
  const { port, ca, login } = postfix;
  const server: SmtpServer = { host: "127.0.0.1", port, security: "starttls", ca, login, ...change };
  const made = createSmtpAdapter({ server, dkim, mail });
  open.push(made);
  return made;
}

describe.skipIf(!canRun)("a real Postfix takes a mail [EML-06]", () => {
  test("takes the mail over STARTTLS behind a login, and both signatures hold where it arrives", async () => {
    const message = mailTo("ada@example.org");
    const answer = await adapter().send(message, AbortSignal.timeout(5_000));
    expect(answer).toEqual({ kind: "accepted", ref: expect.stringMatching(/^[0-9A-Za-z]{8,}$/) });
    const [raw = Buffer.alloc(0)] = await postfix.mails("ada@example.org", 1);
    const text = raw.toString("utf8");
    expect(text.toLowerCase()).toContain(`\nx-comms-msg-id: ${message.send.msg_id}\n`);
    expect(text).toMatch(/^Return-Path: <no-reply@notify.example.com>$/m);
    expect(text).toMatch(/with ESMTPSA/);
    expect(verdictsOn(raw, "notify.example.com")).toEqual([
      ["rsa-sha256", true, ""],
      ["ed25519-sha256", true, ""],
    ]);
    expect(postfix.log()).toContain(answer.kind === "accepted" ? `${answer.ref}: removed` : "");
  });

  test("a header that is added on the way, or a word that is changed, breaks both", async () => {
    await adapter().send(mailTo("bob@example.org", "promotions"), AbortSignal.timeout(5_000));
    const [raw = Buffer.alloc(0)] = await postfix.mails("bob@example.org", 1);
    const text = raw.toString("latin1");
    expect(verdictsOn(raw, "updates.example.com").map(([, holds]) => holds)).toEqual([true, true]);
    const changed = [
      `Subject: Another\n${text}`,
      `List-Unsubscribe-Post: x\n${text}`,
      text.replace("Friday", "Monday"),
    ];
    for (const other of changed) {
      const verdicts = verdictsOn(Buffer.from(other, "latin1"), "updates.example.com");
      expect(verdicts.map(([, holds]) => holds)).toEqual([false, false]);
    }
  });
});

describe.skipIf(!canRun)("a real Postfix refuses", () => {
  test.each<[string, string, Partial<SmtpServer>, object]>([
    ["a mailbox that does not exist", "nobody@example.org", {}, { kind: "refused", code: "5.1.1" }],
    [
      "a wrong password",
      "ada@example.org",
      { login: { user: "carillon", password: "x" } },
      { kind: "refused", code: "AUTH_REFUSED" },
    ],
    ["no TLS", "ada@example.org", { security: "none" }, { kind: "refused", code: "AUTH_REFUSED" }],
    [
      "a certificate that nobody vouches for",
      "ada@example.org",
      { ca: "" },
      { kind: "refused", code: "TLS_UNTRUSTED" },
    ],
  ])("%s", async (...[, to, change, answer]) => {
    expect(await adapter(change).send(mailTo(to), AbortSignal.timeout(5_000))).toEqual(answer);
  });

  test("a client without a login or TLS is ours to mend, and all mail waits for it", async () => {
    const { port } = postfix;
    const made = createSmtpAdapter({ server: { host: "127.0.0.1", port, security: "none" }, dkim, mail });
    open.push(made);
    const answer = await made.send(mailTo("ada@example.org"), AbortSignal.timeout(5_000));
    expect(answer).toEqual({ kind: "refused", code: "530" });
    expect(made.answers["530"]).toMatchObject({ act: "halt", alert: "P0" });
  });
});

function mailTo(address: string, category = "booking"): OutboundMessage {
  return {
    send: aSend({ category }),
    content: {
      channel: "EMAIL",
      subject: "Grüße  und mehr",
      html: "<p>See you Friday</p>",
      text: ".See you Friday\n\n\n",
    },
    target: { address, deviceId: "" },
    addressHash: hasher.hash("EMAIL", address),
    now: start,
  };
}

function verdictsOn(raw: Buffer, domain: string) {
  const records = dkim.map((key) => [`${key.selector}._domainkey.${domain}`, publicRecord(key)]);
  return verifyDkim(python ?? "", raw, Object.fromEntries(records));
}
