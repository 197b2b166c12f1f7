import type { Flag } from "#shared/contracts/records.ts";
import { keyIssue } from "#shared/domain/message/compacted-record.ts";
import { parseFlag } from "#shared/domain/policy/flag-names.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** Whether something is paused, by the key of its flag. */
export interface Pause {
  readonly key: string;
  readonly binds: boolean;
  readonly expires_at: Instant | null;
}

/**
 * What a record of `comms.flags` says of what waits for it; a tombstone lifts. Undefined for a record that no view takes either:
 * the materializer sets it aside with an alert.
 */
export function pauseOf(key: Buffer | null, flag: Flag | null): Pause | undefined {
  if (key === null || keyIssue("comms.flags", key, flag) !== undefined) return undefined;
  const name = key.toString("utf8");
  if (flag === null) return { key: name, binds: false, expires_at: null };
  const parsed = parseFlag(flag.name, flag.value);
  return { key: name, binds: parsed.kind === "flag" && parsed.binds, expires_at: flag.expires_at };
}
