import { z } from "zod";
import { type ConfigOf, type SettingValues, setting, settingGroup } from "./setting.ts";
import { allRules, bothOrNone, unusedUnless } from "./setting-rules.ts";
import { readableFile } from "./setting-types.ts";

const modes = ["disable", "verify-full"];
/** What libpq reads from a URL, and what stands in files that are read once; ours are read again. */
const files = ["sslrootcert", "sslcert", "sslkey"];

/** Postgres. */
export const postgresSettings = settingGroup(
  "Postgres",
  {
    COMMS_POSTGRES_URL: setting(
      z.string().startsWith("postgres"),
      "`postgres://user:password@host:port/database`. With `?sslmode=verify-full`: by TLS, with the server's name and authority checked.",
      { secret: true },
    ),
    COMMS_POSTGRES_PASSWORD_FILE: setting(
      readableFile().optional(),
      "The file with the password, in the place of one in the URL. Read again at each connection.",
    ),
    COMMS_POSTGRES_CA_FILE: setting(
      readableFile().optional(),
      "PEM: the authorities whose servers are trusted. Read again at each connection. Left out: those that Node trusts.",
    ),
    COMMS_POSTGRES_CERTIFICATE_FILE: setting(
      readableFile().optional(),
      "PEM: this client's certificate, where the server asks for one. Read again at each connection.",
    ),
    COMMS_POSTGRES_KEY_FILE: setting(readableFile().optional(), "PEM: the certificate's key, without a passphrase."),
  },
  allRules(
    urlIssues,
    bothOrNone("COMMS_POSTGRES_CERTIFICATE_FILE", "COMMS_POSTGRES_KEY_FILE"),
    unusedUnless(["COMMS_POSTGRES_CA_FILE", "COMMS_POSTGRES_CERTIFICATE_FILE", "COMMS_POSTGRES_KEY_FILE"], {
      isUsed: ({ COMMS_POSTGRES_URL: url = "" }) => url.includes("sslmode=verify-full"),
      because: "COMMS_POSTGRES_URL does not say sslmode=verify-full",
    }),
  ),
);

/** The driver takes `require` for `verify-full` and libpq takes it for "whoever answers": neither is what somebody meant. */
function urlIssues({
  COMMS_POSTGRES_URL: text = "",
  COMMS_POSTGRES_PASSWORD_FILE: file,
}: SettingValues): readonly string[] {
  const url = URL.parse(text);
  if (url === null) return [];
  const mode = url.searchParams.get("sslmode");
  const issues: string[] = [];
  if (mode !== null && !modes.includes(mode))
    issues.push("COMMS_POSTGRES_URL: its sslmode does not say who may answer; write verify-full, or disable");
  if (files.some((name) => url.searchParams.has(name)))
    issues.push("COMMS_POSTGRES_URL: names a file; set COMMS_POSTGRES_CA_FILE, …_CERTIFICATE_FILE and …_KEY_FILE");
  if (file !== undefined && url.password !== "")
    issues.push("COMMS_POSTGRES_PASSWORD_FILE: is set, and COMMS_POSTGRES_URL has a password; keep one of them");
  return issues;
}

/** How to reach Postgres. */
export type PostgresConfig = ConfigOf<typeof postgresSettings>;
