import { z } from "zod";
import { setting, settingGroup } from "./setting.ts";

/** How topics are made. */
export const provisionSettings = settingGroup("Topics", {
  COMMS_REPLICATION_FACTOR: setting(
    z.coerce
      .number()
      .int()
      .min(-1)
      .max(32_767)
      .refine((n) => n !== 0)
      .default(-1),
    "Replicas of the topics that `comms prepare` makes; -1 leaves it to the broker's `default.replication.factor`.",
  ),
});
