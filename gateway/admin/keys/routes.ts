import { z } from "zod";
import {
  type ApiKeyChange,
  type ApiKeyRefusal,
  type ApiKeyTable,
  createApiKey,
  type ListedApiKey,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from "#shared/control/keys/api-keys.ts";
import { manyTenants } from "#shared/domain/access/api-key.ts";
import { roles } from "#shared/domain/access/role.ts";
import { allScopes, type Scope } from "#shared/domain/access/scope.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { AdminCaller } from "../access/require-roles.ts";
import { type AdminAnswer, type AdminRoute, absent, adminRoute, invalid } from "../http/admin-route.ts";
import { adminActorOf } from "../http/change.ts";
import { reason, text, time, timeText } from "../http/fields.ts";

const scope = z.enum(allScopes as [Scope, ...Scope[]]);
const role = z.enum(roles);

const listedKey = z.object({
  key_id: z.string(),
  tenant: z.string().describe("`*`: a request with it names the tenant"),
  name: z.string(),
  scopes: z.array(z.string()).describe("What a producer's key may do"),
  role: z.string().nullable().describe("What a key of the admin API may do; null: it is a producer's"),
  rate_per_second: z.int().nullable(),
  created_at: time,
  created_by: z.string(),
  expires_at: time.nullable(),
  revoked_at: time.nullable(),
  last_used_at: time.nullable().describe("Up to a minute old"),
  replaced_by: z.string().nullable(),
});

const madeKey = z.object({
  key_id: z.string(),
  key: z.string().optional().describe("The key whole, this once: an answer under the same Idempotency-Key lacks it"),
});
const rotatedKey = madeKey.extend({ old_until: time.describe("The old key is taken until then") });

const keyParams = z.object({ key_id: z.string().regex(/^[a-z0-9]{12}$/, "is no id of a key") });

/** The keys of the HTTP API, of producers and of admins. */
export function keyRoutes(table: ApiKeyTable): readonly AdminRoute[] {
  return [list(table), create(table), revoke(table), rotate(table)];
}

function list({ pool }: ApiKeyTable): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/api/v1/keys",
    operationId: "listKeys",
    summary: "The tenant's keys; of many tenants where none is named",
    tenants: "any",
    answers: ["Keys", z.object({ keys: z.array(listedKey) })],
    handle: async ({ caller }) => ({ body: { keys: (await listApiKeys(pool, within(caller))).map(shownKey) } }),
  });
}

const newKey = z.strictObject({
  name: text(100).describe("What people call it: the service or the person that has it"),
  scopes: z.array(scope).min(1).optional().describe("For a producer; all of them where neither is named"),
  role: role.optional().describe("For the admin API"),
  rate_per_second: z.int().min(1).max(1_000_000).nullable().default(null),
  expires_at: z.iso.datetime({ offset: true }).nullable().default(null),
  reason: reason(),
});

function create(table: ApiKeyTable): AdminRoute {
  return adminRoute({
    method: "POST",
    path: "/api/v1/keys",
    operationId: "createKey",
    summary: "Make a key of the tenant, or, without one, of many tenants",
    tenants: "any",
    isChange: true,
    body: newKey,
    answers: ["KeyMade", madeKey],
    handle: async ({ body, caller, now }) => {
      const issues = newKeyIssues(body, caller, now);
      if (issues.length > 0) return { problem: invalid(issues) };
      const { name, rate_per_second: ratePerSecond, expires_at } = body;
      const scopes = body.role === undefined ? [...new Set(body.scopes ?? allScopes)] : [];
      const expiresAt = expires_at === null ? null : Date.parse(expires_at);
      const grant = { tenantId: caller.tenantId, name, scopes, role: body.role ?? null, ratePerSecond, expiresAt };
      const drawn = await createApiKey(table, grant, changeOf(caller, body.reason, now));
      return { status: 201, body: { key_id: drawn.keyId }, secret: { key: drawn.text } };
    },
  });
}

function newKeyIssues(body: z.infer<typeof newKey>, { tenantId }: AdminCaller, now: Instant): readonly string[] {
  const { scopes, role: given, expires_at } = body;
  return [
    ...(scopes !== undefined && given !== undefined ? ["A key has a role or scopes, not both"] : []),
    ...(tenantId === manyTenants && given === undefined ? ["Only a key with a role is for many tenants"] : []),
    ...(expires_at !== null && Date.parse(expires_at) <= now ? ["expires_at: has passed"] : []),
  ];
}

function revoke(table: ApiKeyTable): AdminRoute {
  return adminRoute({
    method: "POST",
    path: "/api/v1/keys/{key_id}/revoke",
    operationId: "revokeKey",
    summary: "End a key for good, within a second",
    tenants: "any",
    isChange: true,
    params: keyParams,
    body: z.strictObject({ reason: reason() }),
    answers: ["KeyRevoked", z.object({ key_id: z.string() })],
    handle: async ({ params, body, caller, now }) => {
      const { key_id: keyId } = params;
      const refusal = await revokeApiKey(table, keyId, changeOf(caller, body.reason, now));
      return refusal === undefined ? { body: { key_id: keyId } } : refused(refusal);
    },
  });
}

function rotate(table: ApiKeyTable): AdminRoute {
  return adminRoute({
    method: "POST",
    path: "/api/v1/keys/{key_id}/rotate",
    operationId: "rotateKey",
    summary: "Make a successor; the old key is taken beside it for the overlap",
    tenants: "any",
    isChange: true,
    params: keyParams,
    body: z.strictObject({
      overlap_seconds: z.int().min(0).max(2_592_000).default(86_400),
      reason: reason(),
    }),
    answers: ["KeyRotated", rotatedKey],
    handle: async ({ params, body, caller, now }) => {
      const rotation = { keyId: params.key_id, overlapMs: body.overlap_seconds * 1_000 };
      const rotated = await rotateApiKey(table, rotation, changeOf(caller, body.reason, now));
      if (typeof rotated === "string") return refused(rotated);
      const { drawn, oldUntil } = rotated;
      const made = { key_id: drawn.keyId, old_until: timeText(oldUntil) };
      return { status: 201, body: made, secret: { key: drawn.text } };
    },
  });
}

function refused(refusal: ApiKeyRefusal): AdminAnswer {
  if (refusal === "unknown") return absent;
  return { problem: { code: "COMMS_CONFLICT", detail: `The key is ${refusal} already` } };
}

/** The tenant whose keys a caller sees and changes; undefined: those of all. */
function within({ tenantId }: AdminCaller): string | undefined {
  return tenantId === manyTenants ? undefined : tenantId;
}

function changeOf(caller: AdminCaller, why: string, now: Instant): ApiKeyChange {
  return { actor: adminActorOf(caller).id, reason: why, now, tenantId: within(caller) };
}

function shownKey(one: ListedApiKey) {
  return {
    key_id: one.keyId,
    tenant: one.tenantId,
    name: one.name,
    scopes: one.scopes,
    role: one.role,
    rate_per_second: one.ratePerSecond,
    created_at: timeText(one.createdAt),
    created_by: one.createdBy,
    expires_at: timeText(one.expiresAt),
    revoked_at: timeText(one.revokedAt),
    last_used_at: timeText(one.lastUsedAt),
    replaced_by: one.replacedBy,
  };
}
