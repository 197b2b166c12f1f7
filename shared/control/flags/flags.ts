import type { Pool, PoolClient } from "pg";
import { z } from "zod";
import { parseFlag } from "#shared/domain/policy/flag-names.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { checkedBy } from "../checked.ts";
import { type Command, type Performance, type Refusal } from "../command.ts";
import { type FlagRow, flagRecord, flagRecordKey, flagSnapshot } from "./flag-row.ts";

const lockFlag = sqlFile(import.meta.url, "./lock-flag.sql");
const listSql = sqlFile(import.meta.url, "./list-flags.sql");
const saveSql = sqlFile(import.meta.url, "./save-flag.sql");
const deleteSql = sqlFile(import.meta.url, "./delete-flag.sql");

const version = z.int().positive().optional();

const setInput = z
  .strictObject({
    name: z.string(),
    value: z.boolean(),
    /** RFC 3339 with a zone. */
    expires_at: z.iso.datetime({ offset: true }).nullable().default(null),
    version,
  })
  .superRefine(({ name, value }, context) => {
    const parsed = parseFlag(name, String(value));
    if (parsed.kind === "refused") context.addIssue({ code: "custom", path: ["name"], message: parsed.issue });
  });

/** A flag and its value. `version`: only if that is its version now. */
export type SetFlagInput = z.infer<typeof setInput>;

/**
 * Sets a flag of the actor's tenant, or of all tenants (decision 43). An unknown name is refused, as is an end that has passed. Told
 * again with the same value and end, it changes nothing.
 */
export const setFlag: Command<SetFlagInput, FlagRow> = {
  action: "flag.set",
  role: "CommsEditor",
  check: checkedBy(setInput),
  targetOf: ({ name }) => ({ flag: name }),
  perform: async (input, performing) => {
    const { client, actor, reason, now } = performing;
    const { tenantId } = actor;
    const row = await lockedFlag(client, { tenantId, name: input.name });
    const expiresAt = input.expires_at === null ? null : Date.parse(input.expires_at);
    const refusal = refusalOf(input, row) ?? (expiresAt !== null && expiresAt <= now ? pastEnd : undefined);
    if (refusal) return { refusal };
    const value = String(input.value);
    if (row && row.value === value && row.expiresAt === expiresAt) return { unchanged: row };
    const next: FlagRow = {
      tenantId,
      name: input.name,
      value,
      expiresAt,
      reason,
      updatedBy: actor.id,
      updatedAt: now,
      version: (row?.version ?? 0) + 1,
    };
    await client.query(saveSql, [tenantId, next.name, value, expiresAt, reason, actor.id, now, next.version]);
    return changed(next, { row, next });
  },
};

const clearInput = z.strictObject({ name: z.string(), version });

/** A flag to be cleared. */
export type ClearFlagInput = z.infer<typeof clearInput>;

/** Removes a flag of the actor's tenant, or of all tenants: it is as if it had never been set. The result is the flag as it was. */
export const clearFlag: Command<ClearFlagInput, FlagRow> = {
  action: "flag.clear",
  role: "CommsEditor",
  check: checkedBy(clearInput),
  targetOf: ({ name }) => ({ flag: name }),
  perform: async (input, performing) => {
    const { client, actor } = performing;
    const row = await lockedFlag(client, { tenantId: actor.tenantId, name: input.name });
    if (!row) return { refusal: { code: "COMMS_NOT_FOUND", detail: "The flag is not set" } };
    const refusal = refusalOf(input, row);
    if (refusal) return { refusal };
    await client.query(deleteSql, [actor.tenantId, input.name]);
    return changed(row, { row, next: undefined });
  },
};

/** The flags that bind a tenant, by name: its own, and those of all tenants. Rejects with the `AppError` of Postgres. */
export async function listFlags(pool: Pool, tenantId: string): Promise<readonly FlagRow[]> {
  const { rows } = await postgres(() => pool.query<FlagRow>(listSql, [tenantId]));
  return rows;
}

const pastEnd: Refusal = {
  code: "COMMS_INVALID_REQUEST",
  detail: "The change has issues",
  issues: ["expires_at: has passed"],
};

async function lockedFlag(
  client: PoolClient,
  { tenantId, name }: { readonly tenantId: string; readonly name: string },
): Promise<FlagRow | undefined> {
  const { rows } = await client.query<FlagRow>(lockFlag, [tenantId, name]);
  return rows[0];
}

function refusalOf({ version: wanted }: ClearFlagInput, row: FlagRow | undefined): Refusal | undefined {
  const current = row?.version ?? 0;
  if (wanted === undefined || wanted === current) return undefined;
  return { code: "COMMS_VERSION_MISMATCH", detail: `The flag has the version ${current}`, version: current };
}

interface FlagChange {
  readonly row: FlagRow | undefined;
  readonly next: FlagRow | undefined;
}

function changed(result: FlagRow, { row, next }: FlagChange): Performance<FlagRow> {
  const { tenantId, name } = result;
  const record = next ? flagRecord(next) : ({ topic: "comms.flags", key: flagRecordKey(result), value: null } as const);
  return {
    change: {
      result,
      target: { flag: name, tenant: tenantId },
      before: row ? flagSnapshot(row) : null,
      after: next ? flagSnapshot(next) : null,
      records: [record],
    },
  };
}
