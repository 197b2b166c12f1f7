import { randomBytes, timingSafeEqual } from "node:crypto";
import { hmacSha256 } from "./hmac.ts";

/** Peppers by id, and the id that new hashes are made under. */
export interface ApiKeyPeppers {
  readonly current: string;
  /** At least 16 characters each. A retired pepper stays as long as a key that was hashed under it is used. */
  readonly peppers: Readonly<Record<string, string>>;
}

/** A key that was just made. `text` is shown once and stored nowhere. */
export interface DrawnApiKey {
  readonly keyId: string;
  readonly text: string;
}

/** Twelve of these name a key. Letters that read like digits are left out. */
const alphabet = "abcdefghjkmnpqrstuvwxyz023456789";
const form = /^carillon_([a-z0-9]{12})_[A-Za-z0-9_-]{43}$/;

/** A new key: a word that secret scanners can look for, its public id, and 256 bits from the system's generator. */
export function drawApiKey(): DrawnApiKey {
  const keyId = [...randomBytes(12)].map((byte) => alphabet[byte % alphabet.length]).join("");
  return { keyId, text: `${prefixOfApiKey(keyId)}_${randomBytes(32).toString("base64url")}` };
}

/** The part of a key that may be shown: it tells people which key is meant, and opens nothing. */
export function prefixOfApiKey(keyId: string): string {
  return `carillon_${keyId}`;
}

/** The public id of a text that is written as a key; undefined for any other text. It does not say whether the key exists. */
export function apiKeyIdOf(text: string): string | undefined {
  return form.exec(text)?.[1];
}

/**
 * `v1:<id of the pepper>:<hex HMAC-SHA256>` of a whole key. Fast on purpose: what a slow hash protects is a secret that a
 * dictionary may hold, and 256 random bits are in none, while each request would pay for it. The pepper is not in the
 * database, so who can write the table cannot make a key that opens, and who reads it cannot tell one that does.
 */
export function hashApiKey(text: string, { current, peppers }: ApiKeyPeppers): string {
  return `v1:${current}:${hmacSha256(peppers[current] ?? "", text).toString("hex")}`;
}

/** Whether a hash is that of this key, compared in constant time. False where its pepper is not configured any more. */
export function isHashOfApiKey(text: string, hash: string, { peppers }: ApiKeyPeppers): boolean {
  const [version, pepperId = "", hex = ""] = hash.split(":");
  const pepper = Object.hasOwn(peppers, pepperId) ? peppers[pepperId] : undefined;
  if (version !== "v1" || pepper === undefined) return false;
  const [stored, own] = [Buffer.from(hex, "hex"), hmacSha256(pepper, text)];
  return stored.length === own.length && timingSafeEqual(stored, own);
}
