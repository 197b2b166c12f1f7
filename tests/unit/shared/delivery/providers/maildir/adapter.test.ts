import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OutboundMessage } from "#shared/delivery/adapter.ts";
import { checkMaildir, createMaildirAdapter } from "#shared/delivery/providers/maildir/adapter.ts";
import { codeOfFileError, maildirAnswers } from "#shared/delivery/providers/maildir/core/answers.ts";
import { rowOf } from "#shared/domain/delivery/answer.ts";
import { aSend, start } from "../../sender-bench.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "maildir-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stream = { from: "Carillon <no-reply@example.com>", domain: "example.com", configurationSet: "c" };
const mail = {
  streams: { transactional: stream, marketing: stream },
  unsubscribeUrl: "https://gateway.example.com",
  unsubscribeKeys: { current: "k1", keys: { k1: { secret: "unsubscribe-secret-of-32-characters" } } },
};
const message: OutboundMessage = {
  send: aSend(),
  content: { channel: "EMAIL", subject: "Your stay is booked", html: "<p>Yes</p>", text: "Yes" },
  target: { address: "ada@example.com", deviceId: "" },
  addressHash: "h",
  now: start,
};
const sent = (to = folder) => createMaildirAdapter({ folder: to, mail }).send(message, AbortSignal.timeout(5_000));

describe("a folder of mails", () => {
  test("has one file a message, whole, however often it is written", async () => {
    const name = `${message.send.msg_id}.eml`;
    expect(await sent()).toEqual({ kind: "accepted", ref: name });
    expect(await sent()).toEqual({ kind: "accepted", ref: name });
    expect(readdirSync(folder)).toEqual([name]);
    expect(readFileSync(join(folder, name), "utf8")).toContain("Subject: Your stay is booked");
  });

  test("that is not there halts the account, and the check says so", async () => {
    const gone = join(folder, "gone");
    expect(await sent(gone)).toEqual({ kind: "refused", code: "ENOENT" });
    expect(rowOf(maildirAnswers, "ENOENT")).toMatchObject({ act: "halt", alert: "P0" });
    expect(await checkMaildir(folder)).toEqual({ kind: "ok" });
    expect(await checkMaildir(gone)).toMatchObject({ kind: "failed", code: "ENOENT" });
  });

  test("an error without a code has no row, and suppresses nobody", () => {
    expect(rowOf(maildirAnswers, codeOfFileError(undefined))).toMatchObject({ act: "retry", tries: 3 });
    expect(Object.values(maildirAnswers).filter(({ suppress }) => suppress)).toEqual([]);
  });
});
