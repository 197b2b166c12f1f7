import type { ApiKeyGrant } from "#shared/control/keys/api-keys.ts";
import { manyTenants } from "#shared/domain/access/api-key.ts";
import { isRole, roles } from "#shared/domain/access/role.ts";
import { allScopes, isScope } from "#shared/domain/access/scope.ts";
import { isTenantName } from "#shared/domain/event/envelope-issues.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { apiKeyIdOf } from "#shared/platform/crypto/api-key-secret.ts";
import type { Invocation } from "./command.ts";
import { parseDuration } from "./duration.ts";

/** What is wrong with the arguments, as a sentence without its full stop. */
export interface UsageIssue {
  readonly usage: string;
}

interface GrantDefaults {
  readonly now: Instant;
  /** Absent: the name must be given. */
  readonly nameByDefault?: string;
}

/**
 * What a new key is for, from the flags. With `--role` it is one of the admin API; else, without `--scopes`, it may do all that a
 * producer needs.
 */
export function grantOf(flags: Invocation["flags"], { now, nameByDefault }: GrantDefaults): ApiKeyGrant | UsageIssue {
  const name = textOf(flags["name"]) ?? nameByDefault;
  const tenantId = textOf(flags["tenant"]) ?? "default";
  const role = textOf(flags["role"]) ?? null;
  const scopes = (textOf(flags["scopes"]) ?? allScopes.join(",")).split(",").map((one) => one.trim());
  const lifeMs = flags["expires"] === undefined ? null : parseDuration(String(flags["expires"]));
  const rate = flags["rate"] === undefined ? null : Number(flags["rate"]);
  if (name === undefined || name.length > 100)
    return { usage: "Name the service that gets the key with --name, 100 characters at most" };
  if (role !== null && !isRole(role)) return { usage: `--role is one of ${roles.join(", ")}` };
  if (role !== null && flags["scopes"] !== undefined) return { usage: "A key has a --role or --scopes, not both" };
  if (tenantId === manyTenants && role === null) return { usage: "Only a key with a --role is for all tenants" };
  if (!isTenantName(tenantId) && tenantId !== manyTenants)
    return { usage: "--tenant is 1 to 64 of the characters A-Z a-z 0-9 . _ -" };
  if (!scopes.every(isScope)) return { usage: `--scopes are some of ${allScopes.join(", ")}` };
  if (lifeMs === undefined || lifeMs === 0) return { usage: "--expires is a time such as 24h or 90d" };
  if (rate !== null && !(Number.isInteger(rate) && rate >= 1 && rate <= 1_000_000)) {
    return { usage: "--rate is a whole number of events a second" };
  }
  const expiresAt = lifeMs === null ? null : now + lifeMs;
  const granted = role === null ? [...new Set(scopes)].filter(isScope) : [];
  return { name, tenantId, scopes: granted, role, ratePerSecond: rate, expiresAt };
}

/** The key that an argument names: by its id, by the part of it that is shown, or whole. */
export function keyNamed(text: string | undefined): { readonly keyId: string } | UsageIssue {
  const named = /^(?:carillon_)?([a-z0-9]{12})$/.exec(text ?? "")?.[1] ?? apiKeyIdOf(text ?? "");
  return named === undefined
    ? { usage: "Name a key as 'comms key list' shows it: carillon_ and twelve characters" }
    : { keyId: named };
}

function textOf(flag: string | boolean | undefined): string | undefined {
  return typeof flag === "string" && flag.trim() !== "" ? flag.trim() : undefined;
}
