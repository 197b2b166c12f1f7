import type { Flag } from "#shared/contracts/records.ts";
import { flagKey } from "#shared/domain/message/record-keys.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { allTenants, type ControlRecord } from "../command.ts";

/** A row of `comms_flag`. Times in ms. */
export interface FlagRow {
  /** `*` for all tenants. */
  readonly tenantId: string;
  readonly name: string;
  /** Its value as JSON. */
  readonly value: string;
  /** From then on it binds no more; null: it has no end. */
  readonly expiresAt: Instant | null;
  readonly reason: string;
  readonly updatedBy: string;
  readonly updatedAt: Instant;
  /** Counts the changes. */
  readonly version: number;
}

/** Key of a flag's record. */
export function flagRecordKey({ tenantId, name }: Pick<FlagRow, "tenantId" | "name">): string {
  return flagKey({ tenant_id: tenantId === allTenants ? null : tenantId, name });
}

/** The record that tells stages of a flag. */
export function flagRecord(row: FlagRow): ControlRecord {
  const value: Flag = {
    name: row.name,
    value: row.value,
    tenant_id: row.tenantId === allTenants ? null : row.tenantId,
    expires_at: row.expiresAt,
    updated_by: row.updatedBy,
    updated_at: row.updatedAt,
  };
  return { topic: "comms.flags", key: flagRecordKey(row), value };
}

/** What the audit says of a flag. */
export function flagSnapshot({ value, expiresAt }: Pick<FlagRow, "value" | "expiresAt">) {
  return { value, expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString() };
}
