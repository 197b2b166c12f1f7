import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

const seconds = z.coerce.number().positive().max(3_600);

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
  COMMS_VIEW_AGE_SECONDS: setting(
    seconds.default(5),
    "How old the views of people, suppressions and flags may be for what is not critical; it waits when they are older, and the stage is not ready.",
  ),
  COMMS_VIEW_AGE_CRITICAL_SECONDS: setting(
    seconds.default(60),
    "How old the views may be for anything at all; critical messages wait too when they are older.",
  ),
});

/** How to reach Redis, and the prefix of its keys. */
export type RedisConfig = ConfigOf<typeof redisSettings>;

/** How old the views may be for what is not critical, ms. */
export function viewAgeMsMaxOf({ COMMS_VIEW_AGE_SECONDS: bound }: Pick<RedisConfig, "COMMS_VIEW_AGE_SECONDS">): number {
  return bound * 1_000;
}
