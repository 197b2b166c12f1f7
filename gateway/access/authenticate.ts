import { type ApiKeyRecord, keyEnd } from "#shared/domain/access/api-key.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { type ApiKeyPeppers, apiKeyIdOf, isHashOfApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import { clientsMax } from "../http/limits.ts";
import { createRateLimit } from "../http/rate-limit.ts";
import type { KeyCache } from "./key-cache.ts";

/** Wrong keys that one client may send at once, and how many a second after that. */
export const wrongKeysMax = 20;
export const wrongKeysPerSecond = 0.2;

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
  /** Called when a client has sent as many wrong keys as it may. */
  readonly onBlocked: (client: string) => void;
}

/**
 * Says whose a request is. A client that has sent too many wrong keys is not asked about: it gets no answer on any key but
 * those that came right from there before, so that guessing is slow and neighbours of a guesser go on. Rejects with
 * `POSTGRES_UNAVAILABLE` where a key is not known and the table does not answer.
 */
export function createAuthenticator({ cache, peppers, clock, onBlocked }: AuthenticatorParts) {
  const wrong = createRateLimit(wrongKeysPerSecond, clientsMax, { burst: wrongKeysMax });
  const proven = createBoundedCache<string, true>(clientsMax);

  function guessed(failure: KeyFailure, keyId: string, client: string): Authentication {
    const now = clock.now();
    const wasFree = wrong.waitOf(client, now) === 0;
    wrong.spend(client, 1, now);
    if (wasFree && wrong.waitOf(client, now) > 0) onBlocked(client);
    return { failure, keyId };
  }

  return async ({ authorization, client }: Credentials): Promise<Authentication> => {
    if (authorization === undefined) return { failure: "missing" };
    const text = /^Bearer +([\w-]{1,100}) *$/i.exec(authorization)?.[1] ?? "";
    const keyId = apiKeyIdOf(text);
    if (keyId === undefined) return { failure: "malformed" };
    const pair = `${client} ${keyId}`;
    const retryAfterSeconds = wrong.waitOf(client, clock.now());
    if (retryAfterSeconds > 0 && proven.get(pair) === undefined)
      return { failure: "blocked", keyId, retryAfterSeconds };
    const key = await cache.get(keyId);
    if (key === undefined) return guessed("unknown", keyId, client);
    if (!isHashOfApiKey(text, key.hash, peppers)) return guessed("mismatch", keyId, client);
    const end = keyEnd(key, clock.now());
    if (end !== undefined) return { failure: end, keyId };
    proven.set(pair, true);
    return { key };
  };
}
