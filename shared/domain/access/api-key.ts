import type { Instant } from "../time/instant.ts";

/** The tenant of a key of the admin API that is for many: a request with it names one. */
export const manyTenants = "*";

/** A key of the HTTP API as a gateway decides by it. The key itself is stored nowhere. */
export interface ApiKeyRecord {
  /** The public part of the key: it may be shown and logged. */
  readonly keyId: string;
  readonly tenantId: string;
  /** `v1:<id of the pepper>:<hex>`. */
  readonly hash: string;
  /** As stored: a name that this release does not know opens nothing. */
  readonly scopes: readonly string[];
  /** What it may do in the admin API, as stored; null: it is a producer's. A key with a role has no scopes. */
  readonly role: string | null;
  /** Events a second; null leaves it to the gateway. */
  readonly ratePerSecond: number | null;
  /** Null: it does not expire. */
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
}

/** Why a key is not taken although it was right once; undefined while it may be used. */
export function keyEnd(
  { revokedAt, expiresAt }: Pick<ApiKeyRecord, "revokedAt" | "expiresAt">,
  now: Instant,
): "revoked" | "expired" | undefined {
  if (revokedAt !== null) return "revoked";
  return expiresAt !== null && expiresAt <= now ? "expired" : undefined;
}

/** When the key that another replaces should end: after the overlap, and no later than it would by itself. */
export function overlapEnd(expiresAt: Instant | null, overlapMs: number, now: Instant): Instant {
  return Math.min(expiresAt ?? Number.POSITIVE_INFINITY, now + overlapMs);
}
