import { createHash, createPublicKey, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fieldName, relaxedBody, relaxedField, splitMail } from "#shared/delivery/providers/smtp/dkim/canonical.ts";

/** RFC 8463, A.3: a mail that others signed, to hold our canonical form to. */
const mail = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
`.replaceAll("\n", "\r\n");
const point = Buffer.from("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "base64");
const publicKey = createPublicKey({
  key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), point]),
  format: "der",
  type: "spki",
});

describe("the mail of RFC 8463", () => {
  const { fields, body } = splitMail(Buffer.from(mail));

  test("has the body hash that it says", () => {
    const hash = createHash("sha256").update(relaxedBody(body)).digest("base64");
    expect(fields[0]).toContain(`bh=${hash};`);
  });

  test("verifies over our canonical header", () => {
    const [signature = "", ...others] = fields;
    const names = ["from", "to", "subject", "date", "message-id"];
    const lines = names.map((name) => others.find((field) => fieldName(field) === name) ?? "");
    const [, b = ""] = /\bb=([^;]+)$/.exec(signature) ?? [];
    const unsigned = relaxedField(signature).replace(/ b=.*$/, " b=");
    const data = [...lines.map(relaxedField), unsigned].join("\r\n");
    const hash = createHash("sha256").update(data).digest();
    expect(verify(null, hash, publicKey, Buffer.from(b.replace(/\s/g, ""), "base64"))).toBe(true);
  });
});
