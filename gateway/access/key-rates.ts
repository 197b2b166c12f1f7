import type { ApiKeyRecord } from "#shared/domain/access/api-key.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { createRateLimit, type RateLimit } from "../http/rate-limit.ts";
import { keysMax } from "./key-cache.ts";
import type { SharedBuckets } from "./shared-buckets.ts";

/** The rate of each key, over all gateways. */
export interface KeyRates {
  /** Takes one event and gives 0; where there is none, how many seconds the caller should wait. */
  take(key: RatedKey): Promise<number>;
  /** Takes events that may not be there: the key waits until its debt is paid. */
  spend(key: RatedKey, events: number): void;
}

type RatedKey = Pick<ApiKeyRecord, "keyId" | "ratePerSecond">;

export interface KeyRatesParts {
  readonly buckets: SharedBuckets;
  readonly clock: Pick<Clock, "now">;
  /** Events a second of a key that has no rate of its own. */
  readonly keyRate: number;
}

/** The part of a second's events that a gateway draws ahead for a key: what it may then let through without a trip. */
export const leaseSeconds = 0.1;

/** What a gateway holds of a key's events. */
interface Lease {
  /** Below 0: let through already, and not drawn yet. */
  held: number;
  /** Nothing is drawn before this instant: the bucket has said how long it is empty. */
  emptyUntil: number;
  drawing: Promise<void> | undefined;
}

/**
 * Each gateway draws a tenth of a second's events ahead from the bucket that all share, and lets them through without asking.
 * So a key gets at most its rate, its burst and one such lease for each gateway. It gets no more from one gateway than from one
 * that is alone; and that much from each while the buckets' store does not answer.
 */
export function createKeyRates({ buckets, clock, keyRate }: KeyRatesParts): KeyRates {
  const limits = new Map<number, RateLimit>();
  const leases = createBoundedCache<string, Lease>(keysMax);
  const rateOf = ({ ratePerSecond }: RatedKey): number => ratePerSecond ?? keyRate;
  const draw = createDraw(buckets, clock, rateOf);

  function ownOf(key: RatedKey): RateLimit {
    const rate = rateOf(key);
    const limit = limits.get(rate) ?? createRateLimit(rate, keysMax);
    limits.set(rate, limit);
    return limit;
  }

  function leaseOf({ keyId }: RatedKey): Lease {
    const lease = leases.get(keyId) ?? { held: 0, emptyUntil: Number.NEGATIVE_INFINITY, drawing: undefined };
    leases.set(keyId, lease);
    return lease;
  }

  function drawAhead(key: RatedKey, lease: Lease): void {
    const isLow = lease.held <= sizeOf(rateOf(key)) / 2 && clock.now() >= lease.emptyUntil;
    if ((isLow || lease.held < 0) && buckets.isShared()) void draw(key, lease);
  }

  /** Takes an event that is held, once there is one; none where each gateway counts alone. Gives 0, or how many seconds to wait. */
  async function claim(key: RatedKey, lease: Lease): Promise<number> {
    while (buckets.isShared()) {
      // In one step with the look: many requests wait for one trip.
      if (lease.held >= 1) {
        lease.held -= 1;
        drawAhead(key, lease);
        return 0;
      }
      const emptyMs = lease.emptyUntil - clock.now();
      if (emptyMs > 0) return Math.ceil(emptyMs / 1_000);
      await draw(key, lease);
    }
    return 0;
  }

  return {
    take: async (key) => {
      const own = ownOf(key);
      const ownWait = own.take(key.keyId, clock.now());
      if (ownWait > 0) return ownWait;
      const wait = await claim(key, leaseOf(key));
      // Not let through after all.
      if (wait > 0) own.spend(key.keyId, -1, clock.now());
      return wait;
    },
    spend: (key, events) => {
      ownOf(key).spend(key.keyId, events, clock.now());
      if (events <= 0 || !buckets.isShared()) return;
      const lease = leaseOf(key);
      lease.held -= events;
      drawAhead(key, lease);
    },
  };
}

function sizeOf(rate: number): number {
  return Math.max(1, Math.floor(rate * leaseSeconds));
}

/** What fills a lease, by one trip a key at a time. */
function createDraw(buckets: SharedBuckets, clock: Pick<Clock, "now">, rateOf: (key: RatedKey) => number) {
  /** One trip a key at a time. */
  function draw(key: RatedKey, lease: Lease): Promise<void> {
    lease.drawing ??= drawWhole(key, lease).finally(() => {
      lease.drawing = undefined;
    });
    return lease.drawing;
  }

  /** What is let through beyond what is held while a trip is under way is drawn by another. */
  async function drawWhole(key: RatedKey, lease: Lease): Promise<void> {
    do {
      const isDrawn = await drawOnce(key, lease);
      if (!isDrawn) return;
    } while (lease.held < 0);
  }

  async function drawOnce(key: RatedKey, lease: Lease): Promise<boolean> {
    const [rate, at] = [rateOf(key), clock.now()];
    const spent = Math.max(0, -lease.held);
    lease.held += spent;
    const wanted = Math.max(0, sizeOf(rate) - lease.held);
    const drawn = await buckets.draw(`key:${key.keyId}`, { rate, burst: Math.max(1, 2 * rate), wanted, spent });
    if (drawn === undefined) {
      lease.held -= spent;
      return false;
    }
    lease.held += drawn.granted;
    if (drawn.granted === 0) lease.emptyUntil = at + drawn.waitMs;
    return true;
  }

  return draw;
}
