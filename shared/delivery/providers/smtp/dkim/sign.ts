import { createHash, type KeyObject, sign } from "node:crypto";
import type { Instant } from "#shared/domain/time/instant.ts";
import { fieldName, relaxedBody, relaxedField, splitMail } from "./canonical.ts";

/** A private key, and the selector under which its public half stands in DNS. RSA of 2,048 bits or more, or Ed25519. */
export interface DkimKey {
  readonly selector: string;
  readonly key: KeyObject;
}

/** Fields that a signature names once more than they occur, so that nobody can add another on the way. */
const oversignFields = ["from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"];

/** Fields that a signature names as often as they occur. */
const signFields = [
  "reply-to",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
  "list-id",
  "feedback-id",
  "auto-submitted",
  "x-comms-msg-id",
];

/**
 * The mail with a `DKIM-Signature` of each key above it, relaxed/relaxed (RFC 6376, RFC 8463). Lines end in CR LF. nodemailer
 * signs with RSA alone, leaves `List-Unsubscribe-Post` out, and cannot oversign.
 */
export function signMail(raw: Buffer, keys: readonly DkimKey[], by: { domain: string; now: Instant }): Buffer {
  if (keys.length === 0) return raw;
  const { fields, body } = splitMail(raw);
  const bodyHash = createHash("sha256").update(relaxedBody(body), "latin1").digest("base64");
  const { names, data } = fieldsToSign(fields);
  const signatures = keys.map(({ selector, key }) => {
    const algorithm = key.asymmetricKeyType === "ed25519" ? "ed25519-sha256" : "rsa-sha256";
    const tags = [
      `v=1; a=${algorithm}; c=relaxed/relaxed;`,
      `d=${by.domain}; s=${selector};`,
      `t=${Math.floor(by.now / 1_000)};`,
      `h=${names.join(":").replace(/.{1,64}:(?=.)/g, "$&\r\n ")};`,
      `bh=${bodyHash};`,
      "b=",
    ];
    const field = `DKIM-Signature: ${tags.join("\r\n ")}`;
    const signature = signatureOf(`${data}${relaxedField(field)}`, key);
    return `${field}${signature.replace(/.{72}(?=.)/g, "$&\r\n ")}\r\n`;
  });
  return Buffer.concat([Buffer.from(signatures.join(""), "latin1"), raw]);
}

/** The names in a signature, and the canonical fields in that order: of several with one name the lowest comes first. */
function fieldsToSign(fields: readonly string[]): { readonly names: readonly string[]; readonly data: string } {
  const found = [...oversignFields, ...signFields].map((name) => ({
    name,
    lines: fields.filter((field) => fieldName(field) === name).toReversed(),
  }));
  const names = found.flatMap(({ name, lines }) =>
    [...lines, ...(oversignFields.includes(name) ? [""] : [])].map(() => name),
  );
  return { names, data: found.flatMap(({ lines }) => lines.map((line) => `${relaxedField(line)}\r\n`)).join("") };
}

/** RFC 8463: Ed25519 signs the SHA-256 hash of the data, and not the data. */
function signatureOf(data: string, key: KeyObject): string {
  const bytes = Buffer.from(data, "latin1");
  const isEd25519 = key.asymmetricKeyType === "ed25519";
  const signature = isEd25519
    ? sign(null, createHash("sha256").update(bytes).digest(), key)
    : sign("sha256", bytes, key);
  return signature.toString("base64");
}
