import { z } from "zod";
import { type ConfigOf, type SettingValues, setting, settingGroup } from "./setting.ts";
import { allRules, oneOfBoth, unusedUnless } from "./setting-rules.ts";
import { readableFile } from "./setting-types.ts";

/** The schema registry. */
export const registrySettings = settingGroup(
  "Schema registry",
  {
    COMMS_SCHEMA_REGISTRY_URL: setting(
      z.url(),
      "The schema registry, by Confluent's API, with its path: Apicurio's ends in `/apis/ccompat/v7`.",
    ),
    COMMS_SCHEMA_REGISTRY_CA_FILE: setting(
      readableFile().optional(),
      "PEM: the authorities whose registry is trusted, for `https`. Read again at each connection. Left out: those that Node trusts.",
    ),
    COMMS_SCHEMA_REGISTRY_USER: setting(z.string().optional(), "The user, for basic authentication."),
    COMMS_SCHEMA_REGISTRY_PASSWORD: setting(
      z.string().optional(),
      "Its password. One in a file is read again at each request: set `COMMS_SCHEMA_REGISTRY_PASSWORD_FILE` in its place.",
      { secret: true },
    ),
    COMMS_SCHEMA_REGISTRY_PASSWORD_FILE: setting(readableFile().optional(), "The file with the password."),
  },
  allRules(
    userIssues,
    oneOfBoth("COMMS_SCHEMA_REGISTRY_PASSWORD"),
    unusedUnless(["COMMS_SCHEMA_REGISTRY_CA_FILE"], {
      isUsed: ({ COMMS_SCHEMA_REGISTRY_URL: url = "" }) => url.startsWith("https:"),
      because: "COMMS_SCHEMA_REGISTRY_URL is no https",
    }),
  ),
);

function userIssues(values: SettingValues): readonly string[] {
  const hasPassword =
    values["COMMS_SCHEMA_REGISTRY_PASSWORD"] !== undefined ||
    values["COMMS_SCHEMA_REGISTRY_PASSWORD_FILE"] !== undefined;
  const hasUser = values["COMMS_SCHEMA_REGISTRY_USER"] !== undefined;
  if (hasUser === hasPassword) return [];
  return [
    hasUser
      ? "COMMS_SCHEMA_REGISTRY_PASSWORD: is not set, and COMMS_SCHEMA_REGISTRY_USER is"
      : "COMMS_SCHEMA_REGISTRY_USER: is not set, and its password is",
  ];
}

/** How to reach the registry. */
export type RegistryConfig = ConfigOf<typeof registrySettings>;
