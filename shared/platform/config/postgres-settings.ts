import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

/** Postgres. */
export const postgresSettings = settingGroup("Postgres", {
  COMMS_POSTGRES_URL: setting(z.string().startsWith("postgres"), "`postgres://user:password@host:port/database`.", {
    secret: true,
  }),
});

/** How to reach Postgres. */
export type PostgresConfig = ConfigOf<typeof postgresSettings>;
