import { timingSafeEqual } from "node:crypto";
import type { Instant } from "#shared/domain/time/instant.ts";
import { hmacSha256 } from "./hmac.ts";

/** What one link unsubscribes from: decision 19, "the token names its scope and key id". */
export interface UnsubscribeClaim {
  readonly tenantId: string;
  readonly userId: string;
  readonly channel: string;
  /** Keyed hash of the address that the link was sent to. */
  readonly addressHash: string;
  /** `category:<key>` or `stream:marketing`. */
  readonly scope: string;
  /** The message that carried the link. */
  readonly msgId: string;
  readonly expiresAt: Instant;
}

/** One signing key of unsubscribe links. */
export interface UnsubscribeKey {
  /** At least 16 characters, better 32. */
  readonly secret: string;
  /** When its links stop working, for a key that no longer signs. */
  readonly until?: Instant;
}

/** The keys that sign and verify links. A key must stay listed for as long as its links must work. */
export interface UnsubscribeKeys {
  /** Id of the key that new tokens are signed with. Ids are letters, digits, `-` and `_`. */
  readonly current: string;
  readonly keys: Readonly<Record<string, UnsubscribeKey>>;
}

/** A link works for at least 60 days (decision 19); ours for 90, ms. */
export const unsubscribeLifeMs = 90 * 24 * 3_600_000;

/** The claim of a token, or why it is refused. A refusal never repeats what the token held. */
export type TokenVerification =
  | { readonly claim: UnsubscribeClaim }
  | { readonly refusal: "malformed" | "unknown_key" | "forged" | "expired" };

const version = "v1";
const tokenBytesMax = 2_048;

/**
 * `v1.<kid>.<claim>.<mac>`, safe in a URL path. Fields are prefixed with their length, so no two claims read the same
 * (decision 31). Anyone who has the link can read the claim; it holds no address. Throws `RangeError` for a current key
 * that is missing, too short or badly named, and for a claim that no reader accepts: a field that is empty (`msgId` may
 * be), that has half a surrogate pair, or that makes the token longer than 2,048 characters.
 */
export function signUnsubscribe(claim: UnsubscribeClaim, { current, keys }: UnsubscribeKeys): string {
  const key = keys[current];
  if (!key || key.secret.length < 16 || !/^[\w-]+$/.test(current))
    throw new RangeError(`Unsubscribe key '${current}' is missing, has a secret under 16 characters, or a bad name`);
  const body = pack(claim).toString("base64url");
  const token = [version, current, body, macOf(key.secret, current, body).toString("base64url")].join(".");
  if (token.length > tokenBytesMax || !isReadable(claim)) throw new RangeError("The claim does not fit a token");
  return token;
}

/** Whether a reader gets exactly this claim out of the token. */
function isReadable({ msgId, expiresAt, ...named }: UnsubscribeClaim): boolean {
  const fields = Object.values(named);
  return Number.isFinite(expiresAt) && fields.every((field) => field !== "") && [...fields, msgId].every(isWellFormed);
}

function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}

/** The claim of a token that one of the keys signed and that is still valid, or why it is refused. Never throws. */
export function verifyUnsubscribe(token: string, { keys }: UnsubscribeKeys, now: Instant): TokenVerification {
  const [tag, keyId = "", body = "", mac = "", ...rest] = token.slice(0, tokenBytesMax + 1).split(".");
  if (tag !== version || !body || !mac || rest.length > 0 || token.length > tokenBytesMax)
    return { refusal: "malformed" };
  const key = Object.hasOwn(keys, keyId) ? keys[keyId] : undefined;
  if (!key || (key.until !== undefined && now >= key.until)) return { refusal: "unknown_key" };
  // As text: a decoder accepts other spellings of the same bytes, and a link has one spelling.
  const given = Buffer.from(mac, "utf8");
  const expected = Buffer.from(macOf(key.secret, keyId, body).toString("base64url"), "utf8");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { refusal: "forged" };
  const claim = unpack(Buffer.from(body, "base64url"));
  if (!claim) return { refusal: "malformed" };
  return now >= claim.expiresAt ? { refusal: "expired" } : { claim };
}

function macOf(secret: string, keyId: string, body: string): Buffer {
  return hmacSha256(secret, lengthPrefixed(["unsubscribe", version, keyId, body]));
}

function pack(claim: UnsubscribeClaim): Buffer {
  const { tenantId, userId, channel, addressHash, scope, msgId, expiresAt } = claim;
  return lengthPrefixed([tenantId, userId, channel, addressHash, scope, msgId, String(expiresAt)]);
}

/** Each part after its length in two bytes. */
function lengthPrefixed(parts: readonly string[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, "utf8");
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      return [length, bytes];
    }),
  );
}

function unpack(bytes: Buffer): UnsubscribeClaim | undefined {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 <= bytes.length ? at + 2 + bytes.readUInt16BE(at) : bytes.length + 1;
    if (end > bytes.length) return undefined;
    parts.push(bytes.toString("utf8", at + 2, end));
    at = end;
  }
  const [tenantId, userId, channel, addressHash, scope, msgId, expiresAt] = parts;
  if (!tenantId || !userId || !channel || !addressHash || !scope || msgId === undefined || parts.length !== 7)
    return undefined;
  return { tenantId, userId, channel, addressHash, scope, msgId, expiresAt: Number(expiresAt) };
}

/** One key under the id `main`, for a process with a single secret. Signer and gateway must use the same. */
export function unsubscribeKeys(secret: string): UnsubscribeKeys {
  return { current: "main", keys: { main: { secret } } };
}
