import { canonicalJson } from "#shared/domain/json/canonical-json.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { sha256 } from "#shared/platform/crypto/digest.ts";

/** A row of `comms_audit` with everything that its hash covers. Times in ms. */
export interface AuditRow {
  readonly auditId: string;
  readonly tenantId: string;
  /** Its place in the chain of its tenant, from 1. */
  readonly number: number;
  readonly actor: string;
  /** What was done, `flag.set` for example. */
  readonly action: string;
  readonly target: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly at: Instant;
  /** What changed: the value before and after, by name. */
  readonly diff: Readonly<Record<string, readonly [before: unknown, after: unknown]>>;
  readonly beforeHash: string | null;
  readonly afterHash: string | null;
  /** Null for the first of a chain. */
  readonly previousHash: string | null;
}

/** How a hash begins that `auditHash` has made. Rows from before it cannot be computed again. */
export const auditHashVersion = "v2:";

/** The hash of a row, which covers it and the hash before it. */
export function auditHash(row: AuditRow): string {
  return `${auditHashVersion}${sha256(canonicalJson(row))}`;
}
