import type { Flag } from "#shared/contracts/records.ts";
import { flagKey } from "../message/record-keys.ts";
import type { Instant } from "../time/instant.ts";
import { parseFlag } from "./flag-names.ts";
import { formatInstant } from "./gate-result.ts";

/** The flags that people set, by their keys on `comms.flags`. */
export type Flags = ReadonlyMap<string, Flag>;

/** Whose flag is asked for, and when. */
export interface FlagQuestion {
  readonly tenantId: string;
  readonly now: Instant;
}

/**
 * The flag of this name that binds now: that of all tenants, else that of the tenant itself, so the more restrictive of both
 * counts. Undefined if neither is set, or what is set allows, has ended, or holds what no flag may hold.
 */
export function bindingFlag(flags: Flags, name: string, { tenantId, now }: FlagQuestion): Flag | undefined {
  if (flags.size === 0) return undefined;
  const ofAll = flags.get(name);
  if (ofAll && bindsAt(ofAll, now)) return ofAll;
  const own = flags.get(flagKey({ tenant_id: tenantId, name }));
  return own && bindsAt(own, now) ? own : undefined;
}

function bindsAt({ name, value, expires_at }: Flag, now: Instant): boolean {
  if (expires_at !== null && now >= expires_at) return false;
  const parsed = parseFlag(name, value);
  return parsed.kind === "flag" && parsed.binds;
}

/** A flag as traces write it: its name and value, since when, who set it, and until when it binds. */
export function describeFlag({ name, value, tenant_id, updated_by, updated_at, expires_at }: Flag): string {
  const scope = tenant_id === null ? "" : " for the tenant";
  const end = expires_at === null ? "" : `, until ${formatInstant(expires_at)}`;
  return `${name} is ${value}${scope}, set by ${updated_by} at ${formatInstant(updated_at)}${end}`;
}
