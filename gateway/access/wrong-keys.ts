import { createHmac } from "node:crypto";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { late, within } from "#shared/platform/kafka/deadline.ts";
import { clientsMax } from "../http/limits.ts";
import { createRateLimit } from "../http/rate-limit.ts";
import type { SharedBuckets } from "./shared-buckets.ts";

/** Wrong keys that one client may send at once, and how many a second after that. */
export const wrongKeysMax = 20;
export const wrongKeysPerSecond = 0.2;
/** How long a key waits for others of its client that nobody has decided yet, ms: as long as the table of keys may take. */
const undecidedMsMax = 2_000;

/** How many wrong keys came from each client. */
export interface WrongKeys {
  /**
   * Takes one of the wrong keys that the client may send, because this one may be wrong, and gives 0; else how many seconds the client
   * should wait. While others of the client are undecided, it waits for them. Rejects with the retryable `GATEWAY_BUSY`.
   */
  reserve(client: string): Promise<number>;
  /** Ends a reservation. */
  decide(client: string, isWrong: boolean): void;
}

export interface WrongKeysParts {
  readonly buckets: SharedBuckets;
  readonly clock: Clock;
  /** A client is known to the store by a hash under this. */
  readonly pepper: string;
  /** Called when a client has sent as many wrong keys as it may. */
  readonly onBlocked: (client: string) => void;
}

/** Keys of one client that are looked up. */
interface Undecided {
  count: number;
  /** Ends with the next decision. */
  readonly next: PromiseWithResolvers<void>;
}

/**
 * Counts here, and tells the bucket that all gateways share of each wrong key: where that is empty, the client waits here too. A
 * right key costs no trip. Over time a client has as many wrong keys as with one gateway; in one moment as many at each that has
 * not heard from the bucket yet, and they are made up for afterwards.
 */
export function createWrongKeys({ buckets, clock, pepper, onBlocked }: WrongKeysParts): WrongKeys {
  const own = createRateLimit(wrongKeysPerSecond, clientsMax, { burst: wrongKeysMax });
  const blockedUntil = createBoundedCache<string, number>(clientsMax);
  const undecided = new Map<string, Undecided>();

  function waitOf(client: string): number {
    const now = clock.now();
    const sharedMs = (blockedUntil.get(client) ?? now) - now;
    return Math.max(own.waitOf(client, now), Math.ceil(Math.max(0, sharedMs) / 1_000));
  }

  async function report(client: string): Promise<void> {
    const name = createHmac("sha256", pepper).update(`client ${client}`).digest("base64url");
    const draw = { rate: wrongKeysPerSecond, burst: wrongKeysMax, wanted: 0, spent: 1 };
    const at = clock.now();
    const drawn = await buckets.draw(`wrong:${name}`, draw);
    if (drawn === undefined || drawn.waitMs === 0) return;
    const wasFree = waitOf(client) === 0;
    blockedUntil.set(client, at + drawn.waitMs);
    if (wasFree) onBlocked(client);
  }

  return {
    reserve: async (client) => {
      const until = clock.now() + undecidedMsMax;
      for (;;) {
        const wait = waitOf(client);
        if (wait === 0) break;
        const others = undecided.get(client);
        if (others === undefined) return wait;
        const heard = await within(clock, Math.max(0, until - clock.now()), others.next.promise);
        if (heard === late)
          throw new AppError("GATEWAY_BUSY", "Other keys of the client are undecided", { retryable: true });
      }
      own.spend(client, 1, clock.now());
      const { count } = undecided.get(client) ?? { count: 0 };
      undecided.set(client, { count: count + 1, next: undecided.get(client)?.next ?? Promise.withResolvers() });
      return 0;
    },
    decide: (client, isWrong) => {
      const others = undecided.get(client);
      const count = (others?.count ?? 1) - 1;
      if (count > 0) undecided.set(client, { count, next: Promise.withResolvers() });
      else undecided.delete(client);
      if (!isWrong) own.spend(client, -1, clock.now());
      else if (count === 0 && waitOf(client) > 0) onBlocked(client);
      others?.next.resolve();
      if (isWrong) void report(client);
    },
  };
}
