import type { Redis } from "ioredis";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { luaFile, runScript } from "#shared/platform/redis/script.ts";
import type { BudgetLimits, RateBudget } from "./budget.ts";

const script = luaFile(import.meta.url, "./budget.lua");

/** Where the buckets lie. */
export interface RedisBudgetParts {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  /** For tests: by default the time is that of Redis, which all senders share. */
  readonly clock?: () => Instant;
}

/** The buckets in Redis. A wipe fills them: at worst, one burst too many goes out. */
export function createRedisBudget({ redis, keys, clock }: RedisBudgetParts, limits: BudgetLimits): RateBudget {
  return {
    take: async (account, calls, { critical }) => {
      const args = [limits.rate, limits.burst, critical ? 0 : limits.reserve, calls, clock?.() ?? ""];
      return Number(await runScript(redis, script, { keys: [keys.budget(account)], args }));
    },
  };
}
