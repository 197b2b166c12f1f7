import type { ApiKeyRecord } from "#shared/domain/access/api-key.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import { late, within } from "#shared/platform/kafka/deadline.ts";
import type { KeyTable } from "./key-table.ts";

/** Keys that a gateway remembers; the one that was used longest ago is forgotten first. */
export const keysMax = 10_000;
/** How long ago the watch may have heard from the table for a key to be taken without asking, ms. */
export const confirmedMsMax = 750;
/** A key is read again after this, whatever the watch says: a deleted row is not among the changed ones, and a pooler may keep notifications back. ms. */
const rereadAfterMs = 30_000;
/** How long a known key is taken after the table was last heard from, ms. */
export const servedMsMax = 60_000;
/** How long a request with a known key waits for the table. After one that waited in vain none does, until it answers. ms. */
const knownWaitMs = 1_000;
/** How far apart the table is asked meanwhile whether it is back, ms. */
const askAwayEveryMs = 500;

/**
 * The keys that a gateway knows. A known key costs no trip while the watch hears from the table; while it does not, the table
 * is asked for the key itself, so that a revocation counts within a second wherever Postgres can be reached. Where it cannot,
 * a known key is taken for a minute more.
 */
export interface KeyCache {
  /** Undefined: there is no such key. Rejects with `POSTGRES_UNAVAILABLE` where that cannot be known. */
  get(keyId: string): Promise<ApiKeyRecord | undefined>;
  /** The table said at this instant that of late these have changed and no others. */
  confirm(changed: readonly ApiKeyRecord[], at: Instant): void;
  /** What was read before this instant may be gone without a word: it is read again when it is next used. */
  doubtBefore(at: Instant): void;
  /** The key has changed, or is gone. */
  forget(keyId: string): void;
  /** How long ago the table was last heard from by the watch, ms; infinite before the first time. */
  ageMs(): number;
}

interface KnownKey {
  readonly key: ApiKeyRecord;
  readonly readAt: Instant;
}

interface CacheParts {
  readonly table: Pick<KeyTable, "find">;
  readonly clock: Clock;
}

export function createKeyCache({ table, clock }: CacheParts): KeyCache {
  const known = createBoundedCache<string, KnownKey>(keysMax);
  const lookups = new Map<string, Promise<ApiKeyRecord | undefined>>();
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let trustedSince = Number.NEGATIVE_INFINITY;
  /** When the table is asked again that has not answered; undefined while it does. */
  let awayUntil: Instant | undefined;

  function isCurrent({ readAt }: KnownKey, now: Instant): boolean {
    if (readAt < trustedSince) return false;
    return isWithin(now - confirmedAt, confirmedMsMax) && isWithin(now - readAt, rereadAfterMs);
  }

  function isServed({ readAt }: KnownKey, now: Instant): boolean {
    return isWithin(now - Math.max(readAt, confirmedAt), servedMsMax);
  }

  /** One trip a key at a time, however many requests wait for it. */
  function lookUp(keyId: string): Promise<ApiKeyRecord | undefined> {
    const underWay = lookups.get(keyId);
    if (underWay !== undefined) return underWay;
    const lookup = read(keyId, clock.now()).finally(() => lookups.delete(keyId));
    lookups.set(keyId, lookup);
    return lookup;
  }

  async function read(keyId: string, at: Instant): Promise<ApiKeyRecord | undefined> {
    const key = await table.find(keyId);
    awayUntil = undefined;
    if (key === undefined) known.delete(keyId);
    else known.set(keyId, { key, readAt: at });
    return key;
  }

  /** A known key whose table was not heard from: asks, for a moment, and takes what is known where nobody answers. */
  async function lookUpKnown(entry: KnownKey): Promise<ApiKeyRecord | undefined> {
    if (awayUntil !== undefined) {
      if (clock.now() >= awayUntil) {
        awayUntil = clock.now() + askAwayEveryMs;
        lookUp(entry.key.keyId).catch(() => {});
      }
      return entry.key;
    }
    const answer = await within(
      clock,
      knownWaitMs,
      lookUp(entry.key.keyId).then(
        (key) => ({ key }),
        (error: unknown) => ({ error }),
      ),
    );
    if (answer !== late && "key" in answer) return answer.key;
    if (answer !== late && !isRetryable(answer.error)) throw answer.error;
    awayUntil = clock.now() + askAwayEveryMs;
    return entry.key;
  }

  return {
    get: async (keyId) => {
      const entry = known.get(keyId);
      const now = clock.now();
      if (entry === undefined || !isServed(entry, now)) return lookUp(keyId);
      return isCurrent(entry, now) ? entry.key : lookUpKnown(entry);
    },
    confirm: (changed, at) => {
      for (const key of changed) if (known.get(key.keyId) !== undefined) known.set(key.keyId, { key, readAt: at });
      confirmedAt = at;
      awayUntil = undefined;
    },
    doubtBefore: (at) => {
      trustedSince = at;
    },
    forget: (keyId) => known.delete(keyId),
    ageMs: () => clock.now() - confirmedAt,
  };
}

/** False also where the clock was set back meanwhile: nothing is known of the time between. */
function isWithin(ageMs: number, ageMsMax: number): boolean {
  return ageMs >= 0 && ageMs <= ageMsMax;
}
