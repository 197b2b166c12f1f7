import { type ApiKeyRecord, keyEnd } from "#shared/domain/access/api-key.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { type ApiKeyPeppers, apiKeyIdOf, isHashOfApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import { clientsMax } from "../http/limits.ts";
import type { KeyCache } from "./key-cache.ts";
import type { WrongKeys } from "./wrong-keys.ts";

/** Why a request was refused for its key. */
export type KeyFailure = "missing" | "malformed" | "blocked" | "unknown" | "mismatch" | "revoked" | "expired";

export type Authentication =
  | { readonly key: ApiKeyRecord }
  | {
      readonly failure: KeyFailure;
      /** The public part of the key that was sent, if it is written as one. */
      readonly keyId?: string;
      readonly retryAfterSeconds?: number;
    };

/** What came with a request. */
export interface Credentials {
  /** The whole header, if there is one. */
  readonly authorization: string | undefined;
  /** Who counts as one client. */
  readonly client: string;
}

export interface AuthenticatorParts {
  readonly cache: Pick<KeyCache, "get">;
  readonly peppers: ApiKeyPeppers;
  readonly clock: Pick<Clock, "now">;
  readonly wrongKeys: WrongKeys;
}

/**
 * Says whose a request is. A client that has sent too many wrong keys is not asked about: it gets no answer on any key but
 * those that came right from there before, so that guessing is slow and neighbours of a guesser go on. Rejects with
 * `POSTGRES_UNAVAILABLE` where a key is not known and the table does not answer, and with `GATEWAY_BUSY` where too many keys of the
 * client are being looked up.
 */
export function createAuthenticator({ cache, peppers, clock, wrongKeys }: AuthenticatorParts) {
  const proven = createBoundedCache<string, true>(clientsMax);

  async function check(text: string, keyId: string): Promise<Authentication> {
    const key = await cache.get(keyId);
    if (key === undefined) return { failure: "unknown", keyId };
    if (!isHashOfApiKey(text, key.hash, peppers)) return { failure: "mismatch", keyId };
    const end = keyEnd(key, clock.now());
    return end === undefined ? { key } : { failure: end, keyId };
  }

  return async ({ authorization, client }: Credentials): Promise<Authentication> => {
    if (authorization === undefined) return { failure: "missing" };
    const text = /^Bearer +([\w-]{1,100}) *$/i.exec(authorization)?.[1] ?? "";
    const keyId = apiKeyIdOf(text);
    if (keyId === undefined) return { failure: "malformed" };
    const pair = `${client} ${keyId}`;
    if (proven.get(pair) !== undefined) {
      const known = await check(text, keyId);
      if (!isGuess(known)) return known;
      proven.delete(pair);
    }
    const retryAfterSeconds = await wrongKeys.reserve(client);
    if (retryAfterSeconds > 0) return { failure: "blocked", keyId, retryAfterSeconds };
    let isWrong = false;
    try {
      const result = await check(text, keyId);
      isWrong = isGuess(result);
      if ("key" in result) proven.set(pair, true);
      return result;
    } finally {
      wrongKeys.decide(client, isWrong);
    }
  };
}

/** Whether the key never was one: somebody may be guessing. */
function isGuess(result: Authentication): boolean {
  return "failure" in result && (result.failure === "unknown" || result.failure === "mismatch");
}
