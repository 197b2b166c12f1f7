import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { splitMail } from "#shared/delivery/providers/smtp/dkim/canonical.ts";
import { publicRecord } from "#shared/delivery/providers/smtp/dkim/public-record.ts";
import { type DkimKey, signMail } from "#shared/delivery/providers/smtp/dkim/sign.ts";

const rsa: DkimKey = { selector: "r1", key: generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey };
// RFC 8463, A.2.
const seed = Buffer.from("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", "base64");
const ed25519: DkimKey = {
  selector: "brisbane",
  key: createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
    format: "der",
    type: "pkcs8",
  }),
};
const raw = Buffer.from(
  [
    "From: a@example.com",
    "To: b@example.com",
    "Subject: x",
    "List-Unsubscribe-Post: y",
    "X-Other: z",
    "",
    "Hi",
    "",
  ].join("\r\n"),
);
const by = { domain: "example.com", now: Date.UTC(2026, 0, 5, 12) };
const tagsOf = (field = "") =>
  Object.fromEntries(
    field
      .replace(/\s/g, "")
      .slice("DKIM-Signature:".length)
      .split(";")
      .map((tag) => [tag.slice(0, tag.indexOf("=")), tag.slice(tag.indexOf("=") + 1)]),
  );

describe("DKIM signatures", () => {
  test("one of each algorithm above the mail, which is not touched", () => {
    const signed = signMail(raw, [rsa, ed25519], by);
    expect(signed.subarray(-raw.length)).toEqual(raw);
    const { fields } = splitMail(signed);
    expect(fields.slice(0, 2).map(tagsOf)).toMatchObject([
      { v: "1", a: "rsa-sha256", c: "relaxed/relaxed", d: "example.com", s: "r1", t: "1767614400" },
      { v: "1", a: "ed25519-sha256", c: "relaxed/relaxed", d: "example.com", s: "brisbane" },
    ]);
    for (const line of signed.toString("latin1").split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
  });

  test("what must not be added on the way is named once more than it occurs", () => {
    const names: string = tagsOf(splitMail(signMail(raw, [rsa], by)).fields[0])["h"] ?? "";
    const count = (name: string) => names.split(":").filter((one) => one === name).length;
    expect(["from", "to", "subject", "list-unsubscribe-post"].map(count)).toEqual([2, 2, 2, 2]);
    expect(["date", "message-id", "list-unsubscribe"].map(count)).toEqual([1, 1, 1]);
    expect(count("x-other")).toBe(0);
  });

  test("no key, no signature", () => {
    expect(signMail(raw, [], by)).toBe(raw);
  });

  test("the public halves are what a verifier reads", () => {
    expect(publicRecord(ed25519)).toBe("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    const [, spki = ""] = /p=(.*)$/.exec(publicRecord(rsa)) ?? [];
    const key = createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" });
    expect(key.equals(createPublicKey(rsa.key.export({ type: "pkcs8", format: "pem" })))).toBe(true);
    expect(verify("sha256", Buffer.from("x"), key, Buffer.alloc(256))).toBe(false);
  });
});
