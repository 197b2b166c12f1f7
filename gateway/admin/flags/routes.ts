import type { Pool } from "pg";
import { z } from "zod";
import type { FlagRow } from "#shared/control/flags/flag-row.ts";
import { clearFlag, listFlags, setFlag } from "#shared/control/flags/flags.ts";
import { mayAs, type Role } from "#shared/domain/access/role.ts";
import { flagKindOf, flagNames } from "#shared/domain/policy/flag-names.ts";
import { type AdminAnswer, type AdminRoute, adminRoute } from "../http/admin-route.ts";
import type { RunChange } from "../http/change.ts";
import { reason, text, time, timeText } from "../http/fields.ts";

export interface FlagParts {
  readonly pool: Pool;
  readonly change: RunChange;
}

const flag = z.object({
  name: z.string(),
  tenant: z.string().describe("`*`: it binds all tenants"),
  value: z.boolean(),
  expires_at: time.nullable().describe("From then on it binds no more"),
  reason: z.string(),
  updated_by: z.string(),
  updated_at: time,
  version: z.int().describe("Its ETag, for If-Match"),
});

const named = z.object({ name: text(200) });

/** The flags that people set (decision 43). */
export function flagRoutes({ pool, change }: FlagParts): readonly AdminRoute[] {
  return [
    adminRoute({
      method: "GET",
      path: "/api/v1/flags",
      operationId: "listFlags",
      summary: "The flags that bind a tenant: its own, and those of all",
      tenants: "any",
      answers: ["Flags", z.object({ flags: z.array(flag) })],
      handle: async ({ caller }) => ({ body: { flags: (await listFlags(pool, caller.tenantId)).map(shownFlag) } }),
    }),
    adminRoute({
      method: "PUT",
      path: "/api/v1/flags/{name}",
      operationId: "setFlag",
      summary: "Set a flag of the tenant, or of all tenants",
      description:
        "Stages follow within a second. A flag that ends messages, or stops a whole tenant, is set by an approver alone. Set again alike, it changes nothing.",
      tenants: "any",
      isChange: true,
      params: named,
      body: z.strictObject({
        value: z.boolean(),
        expires_at: z.iso.datetime({ offset: true }).nullable().default(null),
        reason: reason(),
      }),
      answers: ["Flag", flag],
      handle: async ({ params, body, caller, version }) =>
        roleProblem(params.name, caller.role) ??
        change(setFlag, {
          caller,
          reason: body.reason,
          input: { name: params.name, value: body.value, expires_at: body.expires_at, version },
          answer: flagAnswer,
        }),
    }),
    adminRoute({
      method: "DELETE",
      path: "/api/v1/flags/{name}",
      operationId: "clearFlag",
      summary: "Clear a flag: as if it had never been set",
      tenants: "any",
      isChange: true,
      params: named,
      body: z.strictObject({ reason: reason() }),
      answers: ["Flag", flag],
      handle: async ({ params, body, caller, version }) =>
        roleProblem(params.name, caller.role) ??
        change(clearFlag, {
          caller,
          reason: body.reason,
          input: { name: params.name, version },
          answer: (row) => ({ body: shownFlag(row) }),
        }),
    }),
  ];
}

/** The least role that may set or clear a flag: what drops messages, or stops a tenant, is destructive. */
export function flagRole(name: string): Role {
  return name === flagNames.pauseTenant || flagKindOf(name)?.effect === "drop" ? "CommsApprover" : "CommsEditor";
}

function roleProblem(name: string, role: Role): AdminAnswer | undefined {
  const least = flagRole(name);
  if (mayAs(role, least)) return undefined;
  return { problem: { code: "COMMS_FORBIDDEN", detail: `This flag asks for the role ${least}` } };
}

function flagAnswer(row: FlagRow): AdminAnswer {
  return { body: shownFlag(row), version: row.version };
}

function shownFlag({ name, tenantId, value, expiresAt, reason: why, updatedBy, updatedAt, version }: FlagRow) {
  return {
    name,
    tenant: tenantId,
    value: value === "true",
    expires_at: timeText(expiresAt),
    reason: why,
    updated_by: updatedBy,
    updated_at: timeText(updatedAt),
    version,
  };
}
