import type { Redis } from "ioredis";
import type { LoggedCall } from "#shared/domain/delivery/attempt-batch.ts";
import { decodeEntry, type LedgerState, type NextCall, stateOf } from "#shared/domain/delivery/ledger-entry.ts";
import { crashesMax, type LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import type { BudgetRequest } from "#shared/domain/delivery/rate-budget.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { execute } from "#shared/platform/redis/redis.ts";
import { luaFile, runScript, type ScriptArg } from "#shared/platform/redis/script.ts";
import { serverIdOf } from "#shared/platform/redis/server-identity.ts";
import { isOn, parseMarker, redisInstant } from "../views/marker.ts";
import { type ClaimResult, hotWindowMs, type Ledger, leaseMs } from "./ledger.ts";

const script = luaFile(import.meta.url, "./ledger.lua");
const letters = { sent: "S", failed: "F", dropped: "D", retry: "R", ambiguous: "K" } as const;

/** One call of `ledger.lua`. */
interface Operation {
  readonly name: "begin" | "confirm" | "record" | "release" | "reconcile" | "restore";
  readonly msgId: string;
  /** What the calls of the message are taken from. */
  readonly budget?: BudgetRequest;
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
 * server's. Two senders whose clocks differ see the same leases and the same budgets: the time is that of Redis, and `now` is not
 * used. A wipe fills the buckets of all accounts: at worst, one burst too many goes out.
 */
export function createRedisLedger(redis: Redis, keys: RedisKeys, { clock = "redis" }: RedisLedgerOptions = {}): Ledger {
  const marker = keys.marker("ledger");

  async function run({ name, msgId, budget, now, args, ttlMs = hotWindowMs }: Operation): Promise<readonly string[]> {
    const head = [name, ttlMs, await serverIdOf(redis), clock === "redis" ? "" : now];
    const bucket = budget ? [keys.budget(budget.account)] : [];
    const call = { keys: [marker, keys.ledger(msgId), ...bucket], args: [...head, ...args, ...budgetArgs(budget)] };
    const answer = (await runScript(redis, script, call)) as string[];
    if (answer[0] === "unready") throw stateStale();
    return answer;
  }

  async function reconcileOne({ msgId, state, attempt, bySender, recordedAt }: LoggedResult, now: Instant) {
    const ttlMs = leftOf(recordedAt, now);
    if (ttlMs <= 0) return;
    const args = [letters[state], attempt, bySender ? 1 : 0];
    await run({ name: "reconcile", msgId, now, args, ttlMs });
  }

  async function restoreOne(call: LoggedCall, now: Instant) {
    const ttlMs = leftOf(call.recordedAt, now);
    if (ttlMs > 0) await run({ name: "restore", msgId: call.msgId, now, args: restoreArgs(call), ttlMs });
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
    begin: async ({ msgId, owner, attempt, reopens, leaseMs, now, resend, budget }) => {
      const args = [owner, leaseMs, attempt, resend ? crashesMax : 0, reopens ?? -1];
      const answer = await run({ name: "begin", msgId, budget, now, args });
      const [verdict, detail = "", last] = answer;
      if (verdict === "claimed") return claimedIn(answer);
      const state = stateIn(detail, { msgId, attempt, reopens: reopens ?? null }, Number(last));
      if (state.kind === "free") throw new Error(`The ledger refused a free entry of message ${msgId}`);
      return state;
    },
    confirm: async ({ msgId, owner }, budget, now) => {
      const [verdict, waitMs] = await run({ name: "confirm", msgId, budget, now, args: [owner, leaseMs] });
      return verdict === "confirmed" ? Number(waitMs) : undefined;
    },
    record: async ({ msgId, owner }, { state, attempt, note }, now) =>
      (await run({ name: "record", msgId, now, args: [owner, letters[state], attempt, note] }))[0] === "recorded",
    release: async ({ msgId, owner }, now) => {
      await run({ name: "release", msgId, now, args: [owner] });
    },
    reconcile: async (results, now) => {
      await Promise.all(results.map((result) => reconcileOne(result, now)));
    },
    restoreCalls: async (calls, now) => {
      await Promise.all(calls.map((call) => restoreOne(call, now)));
    },
  };
}

function restoreArgs({ owner, attempt, doubt, reopens, recordedAt }: LoggedCall): readonly ScriptArg[] {
  return [owner, attempt, doubt?.since ?? recordedAt, doubt ? doubt.crashes + 1 : "", reopens ?? "", recordedAt];
}

function claimedIn([, crashes = "", attempt, waitMs, since]: readonly string[]): ClaimResult {
  const doubt = crashes === "" ? undefined : { since: Number(since), crashes: Math.max(0, Number(crashes) - 1) };
  return { kind: "claimed", doubt, attempt: Number(attempt), waitMs: Number(waitMs) };
}

/** How much of its time in the ledger a record of then has left, ms. */
function leftOf(recordedAt: Instant, now: Instant): number {
  return Math.min(hotWindowMs, Math.ceil(recordedAt + hotWindowMs - now));
}

function budgetArgs(budget: BudgetRequest | undefined): readonly ScriptArg[] {
  if (budget === undefined) return [];
  const { limits, calls, critical } = budget;
  return [limits.rate, limits.burst, critical ? 0 : limits.reserve, calls];
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
