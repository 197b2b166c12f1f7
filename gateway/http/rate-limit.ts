import type { Instant } from "#shared/domain/time/instant.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";

interface Bucket {
  readonly tokens: number;
  readonly at: Instant;
}

/**
 * A bucket of tokens for each client, filled at `rate` a second up to twice that. `take` gives 0, or how many seconds the
 * client should wait. At most `clientsMax` clients are remembered, and a forgotten one begins with a full bucket.
 */
export function createRateLimit(
  rate: number,
  clientsMax: number,
): { take(client: string, now: Instant): number; readonly size: number } {
  const buckets = createBoundedCache<string, Bucket>(clientsMax);
  const burst = Math.max(1, 2 * rate);
  return {
    take: (client, now) => {
      const { tokens, at } = buckets.get(client) ?? { tokens: burst, at: now };
      const filled = Math.min(burst, tokens + (Math.max(0, now - at) / 1_000) * rate);
      buckets.set(client, { tokens: filled < 1 ? filled : filled - 1, at: now });
      return filled < 1 ? Math.max(1, Math.ceil((1 - filled) / rate)) : 0;
    },
    get size() {
      return buckets.size;
    },
  };
}
