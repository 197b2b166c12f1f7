import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";

const format = 1;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + nonceBytes + tagBytes;

/** A key for `seal` and `open`. Made once and kept: Node takes twice as long to take up bare bytes as to seal a mail. */
export function sealingKey(bytes: Buffer): KeyObject {
  if (bytes.length !== 32) throw new RangeError(`A sealing key is ${bytes.length} bytes and must be 32`);
  return createSecretKey(bytes);
}

/**
 * AES-256-GCM under a key of `sealingKey`: `format, nonce, tag, ciphertext`. The nonce is random, so one key may seal some
 * billions of values. `context` is bound to the result and must be given again to open it.
 */
export function seal(key: KeyObject, plain: Buffer, context: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(context);
  const body = cipher.update(plain);
  cipher.final();
  return Buffer.concat([Buffer.of(format), nonce, cipher.getAuthTag(), body]);
}

/** The plain value. Throws an `Error` for another key, another context, or bytes that were changed. */
export function open(key: KeyObject, sealed: Buffer, context: Buffer): Buffer {
  if (sealed.length < headBytes || sealed[0] !== format) throw new Error("The sealed value has an unknown format");
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(context).setAuthTag(sealed.subarray(1 + nonceBytes, headBytes));
  return Buffer.concat([decipher.update(sealed.subarray(headBytes)), decipher.final()]);
}

/** Parts as bytes, each after its length, so that `["a|b", "c"]` and `["a", "b|c"]` differ. */
export function contextOf(...parts: readonly string[]): Buffer {
  return Buffer.from(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(""), "utf8");
}
