import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

/** Redis, which holds what the log can rebuild, and the rate budget. */
export const redisSettings = settingGroup("Redis", {
  COMMS_REDIS_URL: setting(
    z.string().startsWith("redis"),
    "`redis://` or `rediss://`, with its password if it has one.",
    {
      secret: true,
    },
  ),
  COMMS_REDIS_PREFIX: setting(z.string().default("comms:"), "Put before every key."),
});

/** How to reach Redis, and the prefix of its keys. */
export type RedisConfig = ConfigOf<typeof redisSettings>;
