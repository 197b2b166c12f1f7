import type { Redis } from "ioredis";
import { decodeEntry, type LedgerState, stateOf } from "#shared/domain/delivery/ledger-entry.ts";
import type { LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { redisCall } from "#shared/platform/redis/redis.ts";
import { luaFile, runScript } from "#shared/platform/redis/script.ts";
import { type Claim, hotWindowMs, type Ledger, leaseMs } from "./ledger.ts";

const script = luaFile(import.meta.url, "./ledger.lua");
const letters = { sent: "S", failed: "F", dropped: "D", retry: "R", ambiguous: "K" } as const;

/** The ledger in Redis: one string a message. Refuses to answer while `keys.marker("ledger")` is missing. */
export function createRedisLedger(redis: Redis, keys: RedisKeys): Ledger {
  const marker = keys.marker("ledger");

  async function run(
    msgId: string,
    operation: string,
    ttl: number,
    ...args: (string | number)[]
  ): Promise<readonly string[]> {
    const answer = (await runScript(
      redis,
      script,
      [marker, keys.ledger(msgId)],
      [operation, ttl, ...args],
    )) as string[];
    if (answer[0] === "unready") throw stale();
    return answer;
  }

  async function settle(settlement: LoggedResult, now: Instant): Promise<void> {
    const ttl = Math.ceil(settlement.recordedAt + hotWindowMs - now);
    if (ttl <= 0) return;
    const { msgId, state, attempt, bySender } = settlement;
    await run(msgId, "settle", Math.min(ttl, hotWindowMs), letters[state], attempt, bySender ? 1 : 0);
  }

  return {
    peek: async (messages, now) => {
      if (messages.length === 0) return [];
      const values = await redisCall(() => redis.mget(marker, ...messages.map(({ msgId }) => keys.ledger(msgId))));
      if (values[0] == null) throw stale();
      return messages.map(({ msgId, attempt }, index) => look(msgId, values[index + 1] ?? undefined, attempt, now));
    },
    claim: async ({ msgId, owner, attempt, leaseMs, now, resend }): Promise<Claim> => {
      const args = [owner, attempt, now, now + leaseMs, resend ? 1 : 0];
      const [verdict, detail = "", call] = await run(msgId, "claim", hotWindowMs, ...args);
      if (verdict === "claimed") return { kind: "claimed", ambiguous: detail === "1", attempt: Number(call) };
      const state = look(msgId, detail, attempt, now);
      if (state.kind === "free") throw new Error(`The ledger refused a free entry of message ${msgId}`);
      return state;
    },
    confirm: async (msgId, owner, now) =>
      (await run(msgId, "confirm", hotWindowMs, owner, now, now + leaseMs))[0] === "confirmed",
    record: async (msgId, owner, { state, attempt, note }, now) =>
      (await run(msgId, "record", hotWindowMs, owner, letters[state], attempt, note, now))[0] === "recorded",
    release: async (msgId, owner, now) => {
      await run(msgId, "release", hotWindowMs, owner, now);
    },
    reconcile: async (settlements, now) => {
      await Promise.all(settlements.map((settlement) => settle(settlement, now)));
    },
  };
}

function look(msgId: string, text: string | undefined, attempt: number, now: Instant): LedgerState {
  const entry = text === undefined ? undefined : decodeEntry(text);
  if (text !== undefined && !entry) throw new Error(`The ledger's entry of message ${msgId} cannot be read`);
  return stateOf(entry, attempt, now);
}

function stale(): AppError {
  return new AppError("COMMS_STATE_STALE", "The ledger has lost its memory and is not restored yet", {
    retryable: true,
  });
}
