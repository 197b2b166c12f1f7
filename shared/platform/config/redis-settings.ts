import { z } from "zod";
import { type ConfigOf, type SettingValues, setting, settingGroup } from "./setting.ts";
import { allRules, bothOrNone, unusedUnless } from "./setting-rules.ts";
import { readableFile } from "./setting-types.ts";

const seconds = z.coerce.number().positive().max(3_600);

/** Redis, which holds what the log can rebuild, and the rate budget. */
export const redisSettings = settingGroup(
  "Redis",
  {
    COMMS_REDIS_URL: setting(
      z.string().startsWith("redis"),
      "`redis://user:password@host:port`, or `rediss://` for TLS. With sentinels the host is the name of the master: `redis://mymaster`.",
      { secret: true },
    ),
    COMMS_REDIS_PASSWORD_FILE: setting(
      readableFile().optional(),
      "The file with the password, in the place of one in the URL. Read again at each connection.",
    ),
    COMMS_REDIS_CA_FILE: setting(
      readableFile().optional(),
      "PEM: the authorities whose servers are trusted, for `rediss`. Read again at each connection. Left out: those that Node trusts.",
    ),
    COMMS_REDIS_CERTIFICATE_FILE: setting(
      readableFile().optional(),
      "PEM: this client's certificate, where the server asks for one. Read again at each connection.",
    ),
    COMMS_REDIS_KEY_FILE: setting(readableFile().optional(), "PEM: the certificate's key, without a passphrase."),
    COMMS_REDIS_SENTINELS: setting(
      z
        .string()
        .regex(/^[^\s,]+:\d{1,5}(,\s*[^\s,]+:\d{1,5})*$/, "is not written as host:port,host:port")
        .optional(),
      "The sentinels that know the master: `host:port,host:port`. They are asked by TLS where the master is.",
    ),
    COMMS_REDIS_SENTINEL_PASSWORD: setting(
      z.string().optional(),
      "The sentinels' own password. One in a file: set `COMMS_REDIS_SENTINEL_PASSWORD_FILE` in its place.",
      { secret: true },
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
  },
  allRules(
    passwordIssues,
    bothOrNone("COMMS_REDIS_CERTIFICATE_FILE", "COMMS_REDIS_KEY_FILE"),
    unusedUnless(["COMMS_REDIS_CA_FILE", "COMMS_REDIS_CERTIFICATE_FILE", "COMMS_REDIS_KEY_FILE"], {
      isUsed: ({ COMMS_REDIS_URL: url = "" }) => url.startsWith("rediss:"),
      because: "COMMS_REDIS_URL does not begin with rediss://",
    }),
  ),
);

function passwordIssues({
  COMMS_REDIS_URL: url = "",
  COMMS_REDIS_PASSWORD_FILE: file,
}: SettingValues): readonly string[] {
  const isInUrl = URL.parse(url)?.password !== "";
  return file !== undefined && URL.canParse(url) && isInUrl
    ? ["COMMS_REDIS_PASSWORD_FILE: is set, and COMMS_REDIS_URL has a password; keep one of them"]
    : [];
}

/** How to reach Redis, and the prefix of its keys. */
export type RedisConfig = ConfigOf<typeof redisSettings>;

/** How old the views may be for what is not critical, ms. */
export function viewAgeMsMaxOf({ COMMS_VIEW_AGE_SECONDS: bound }: Pick<RedisConfig, "COMMS_VIEW_AGE_SECONDS">): number {
  return bound * 1_000;
}
