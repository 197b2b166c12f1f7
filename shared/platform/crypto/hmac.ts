import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { createBoundedCache } from "../cache/bounded-cache.ts";

/** Far more secrets than a configuration has. */
const keysMax = 64;
const keys = createBoundedCache<string, KeyObject>(keysMax);

/**
 * HMAC-SHA256 of a text in UTF-8, or of bytes, under a secret of the configuration, whose key is made once. Not for secrets that
 * are drawn: a process keeps each until it ends.
 */
export function hmacSha256(secret: string, data: string | Buffer): Buffer {
  return createHmac("sha256", keyOf(secret)).update(data).digest();
}

function keyOf(secret: string): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = createSecretKey(secret, "utf8");
  keys.set(secret, key);
  return key;
}
