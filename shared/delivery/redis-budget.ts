import type { Redis } from "ioredis";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { luaFile, runScript } from "#shared/platform/redis/script.ts";
import type { BudgetLimits, RateBudget } from "./budget.ts";

const script = luaFile(import.meta.url, "./budget.lua");

/** The buckets in Redis. A wipe fills them: at worst, one burst too many goes out. */
export function createRedisBudget(redis: Redis, keys: RedisKeys, limits: BudgetLimits): RateBudget {
  return {
    take: async (account, calls, { critical, now }) => {
      const args = [limits.rate, limits.burst, critical ? 0 : limits.reserve, calls, now];
      return Number(await runScript(redis, script, { keys: [keys.budget(account)], args }));
    },
  };
}
