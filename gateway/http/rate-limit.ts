import type { Instant } from "#shared/domain/time/instant.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";

interface Bucket {
  readonly tokens: number;
  readonly at: Instant;
}

/** A bucket of tokens for each client. At most so many clients are remembered, and a forgotten one begins with a full bucket. */
export interface RateLimit {
  /** Takes a token and gives 0; where there is none, how many seconds the client should wait. */
  take(client: string, now: Instant): number;
  /** Takes tokens that may not be there: the client waits until its debt is paid. */
  spend(client: string, tokens: number, now: Instant): void;
  /** As `take`, and takes none. */
  waitOf(client: string, now: Instant): number;
  readonly size: number;
}

/** Buckets that are filled at `rate` a second, up to `burst`: by default twice as many, and never less than one. */
export function createRateLimit(
  rate: number,
  clientsMax: number,
  { burst = Math.max(1, 2 * rate) }: { readonly burst?: number } = {},
): RateLimit {
  const buckets = createBoundedCache<string, Bucket>(clientsMax);

  function filled(client: string, now: Instant): number {
    const { tokens, at } = buckets.get(client) ?? { tokens: burst, at: now };
    return Math.min(burst, tokens + (Math.max(0, now - at) / 1_000) * rate);
  }

  function waitFor(tokens: number): number {
    return tokens < 1 ? Math.max(1, Math.ceil((1 - tokens) / rate)) : 0;
  }

  return {
    take: (client, now) => {
      const tokens = filled(client, now);
      buckets.set(client, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
      return waitFor(tokens);
    },
    spend: (client, tokens, now) => buckets.set(client, { tokens: filled(client, now) - tokens, at: now }),
    waitOf: (client, now) => waitFor(filled(client, now)),
    get size() {
      return buckets.size;
    },
  };
}
