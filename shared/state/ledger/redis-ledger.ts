import type { Redis } from "ioredis";
import { decodeEntry, type LedgerState, type NextCall, stateOf } from "#shared/domain/delivery/ledger-entry.ts";
import { crashesMax, type LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { execute } from "#shared/platform/redis/redis.ts";
import { luaFile, runScript, type ScriptArg } from "#shared/platform/redis/script.ts";
import { serverIdOf } from "#shared/platform/redis/server-identity.ts";
import { isOn, parseMarker, redisInstant } from "../views/marker.ts";
import { hotWindowMs, type Ledger, leaseMs } from "./ledger.ts";

const script = luaFile(import.meta.url, "./ledger.lua");
const letters = { sent: "S", failed: "F", dropped: "D", retry: "R", ambiguous: "K" } as const;

/** One call of `ledger.lua`. */
interface Operation {
  readonly name: "claim" | "confirm" | "record" | "release" | "reconcile";
  readonly msgId: string;
  readonly now: Instant;
  readonly args: readonly ScriptArg[];
  /** How long the entry lives from now, ms. Default `hotWindowMs`. */
  readonly ttlMs?: number;
}

/** Whose clock says whether a lease has run out. */
export interface RedisLedgerOptions {
  /** `redis`: that of the server, one for all senders. `caller`: the `now` of each call, for tests. Default `redis`. */
  readonly clock?: "redis" | "caller";
}

/**
 * The ledger in Redis: one string a message. Refuses to answer while `keys.marker("ledger")` is missing, or is another
 * server's. Two senders whose clocks differ see the same leases: the time is that of Redis, and `now` is not used.
 */
export function createRedisLedger(redis: Redis, keys: RedisKeys, { clock = "redis" }: RedisLedgerOptions = {}): Ledger {
  const marker = keys.marker("ledger");

  async function run({ name, msgId, now, args, ttlMs = hotWindowMs }: Operation): Promise<readonly string[]> {
    const head = [name, ttlMs, await serverIdOf(redis), clock === "redis" ? "" : now];
    const call = { keys: [marker, keys.ledger(msgId)], args: [...head, ...args] };
    const answer = (await runScript(redis, script, call)) as string[];
    if (answer[0] === "unready") throw stateStale();
    return answer;
  }

  async function reconcileOne({ msgId, state, attempt, bySender, recordedAt }: LoggedResult, now: Instant) {
    const ttlMs = Math.ceil(recordedAt + hotWindowMs - now);
    if (ttlMs <= 0) return;
    const args = [letters[state], attempt, bySender ? 1 : 0];
    await run({ name: "reconcile", msgId, now, args, ttlMs: Math.min(ttlMs, hotWindowMs) });
  }

  return {
    peek: async (messages, now) => {
      if (messages.length === 0) return [];
      const entries = messages.map(({ msgId }) => keys.ledger(msgId));
      const [time, found] = await execute(
        redis
          .pipeline()
          .time()
          .mget(marker, ...entries),
      );
      const [trust, ...values] = found as readonly (string | null)[];
      const known = parseMarker(trust);
      if (known === undefined || !isOn(known, await serverIdOf(redis))) throw stateStale();
      const at = clock === "redis" ? redisInstant(time) : now;
      return messages.map((message, index) => stateIn(values[index] ?? undefined, message, at));
    },
    claim: async ({ msgId, owner, attempt, reopens, leaseMs, now, resend }) => {
      const args = [owner, attempt, leaseMs, resend ? crashesMax : 0, reopens ?? -1];
      const [verdict, detail = "", last] = await run({ name: "claim", msgId, now, args });
      if (verdict === "claimed") return { kind: "claimed", ambiguous: detail !== "", attempt: Number(last) };
      const state = stateIn(detail, { msgId, attempt, reopens: reopens ?? null }, Number(last));
      if (state.kind === "free") throw new Error(`The ledger refused a free entry of message ${msgId}`);
      return state;
    },
    confirm: async ({ msgId, owner }, now) =>
      (await run({ name: "confirm", msgId, now, args: [owner, leaseMs] }))[0] === "confirmed",
    record: async ({ msgId, owner }, { state, attempt, note }, now) =>
      (await run({ name: "record", msgId, now, args: [owner, letters[state], attempt, note] }))[0] === "recorded",
    release: async ({ msgId, owner }, now) => {
      await run({ name: "release", msgId, now, args: [owner] });
    },
    reconcile: async (results, now) => {
      await Promise.all(results.map((result) => reconcileOne(result, now)));
    },
  };
}

/** The state of a message, from the text of its entry. */
function stateIn(
  text: string | undefined,
  { msgId, ...call }: { readonly msgId: string } & NextCall,
  now: Instant,
): LedgerState {
  const entry = text === undefined ? undefined : decodeEntry(text);
  if (text !== undefined && !entry) throw new Error(`The ledger's entry of message ${msgId} cannot be read`);
  return stateOf(entry, call, now);
}

function stateStale(): AppError {
  return new AppError("COMMS_STATE_STALE", "The ledger has lost its memory and is not restored yet", {
    retryable: true,
  });
}
