import type { FastifyInstance, FastifyRequest } from "fastify";
import { type ApiKeyRecord, manyTenants } from "#shared/domain/access/api-key.ts";
import { isRole, mayAs, type Role } from "#shared/domain/access/role.ts";
import { isTenantName } from "#shared/domain/event/envelope-issues.ts";
import { type AccessParts, admit, exposeFailures, type KeyRefusal } from "../../access/require-keys.ts";
import { sendProblem } from "../../http/problem.ts";
import { note } from "../../http/request.ts";
import { publicAdminRoutes } from "./route-roles.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The least role that opens a route of the admin API. Absent on public routes alone. */
    readonly role?: Role;
    /** Whether the route answers about one tenant, or about all where a key of many names none. */
    readonly tenants?: "one" | "any";
  }
}

/** Whose a request to the admin API is. */
export interface AdminCaller {
  readonly keyId: string;
  readonly role: Role;
  /** The tenant that the request is about; `*` where a key of many tenants names none. */
  readonly tenantId: string;
  /** Whether the key is for all tenants. */
  readonly isForMany: boolean;
}

/** The header by which a key of many tenants names one. */
export const tenantHeader = "comms-tenant";

const callers = new WeakMap<FastifyRequest, AdminCaller>();

/** Whose a request is. A route with a role is never reached without. */
export function adminCallerOf(request: FastifyRequest): AdminCaller {
  const caller = callers.get(request);
  if (caller === undefined) throw new TypeError("A route without a role asks for its caller");
  return caller;
}

/**
 * Lets a request pass only with a key whose role the route allows, and for a tenant of that key, before its body is read. A route
 * that is neither public nor has a role is refused when it is added. Call it before the routes are.
 */
export function requireRoles(app: FastifyInstance, parts: AccessParts): void {
  exposeFailures(parts.metrics, "role", "tenant");
  app.addHook("onRoute", ({ url, config }) => {
    if (config?.role === undefined && !Object.hasOwn(publicAdminRoutes, url))
      throw new TypeError(`${url} has no role and is not public`);
  });
  app.addHook("onRequest", async (request, reply) => {
    const { role, tenants = "one" } = request.routeOptions.config;
    if (role === undefined) return undefined;
    const named = request.headers[tenantHeader];
    let caller: AdminCaller | undefined;
    const refusalOf = (key: ApiKeyRecord): KeyRefusal | undefined => {
      const tenant = tenantOf(key, named);
      if (!hasRole(key, role)) return withoutRole(role);
      if (tenant === undefined) return otherTenant;
      caller = {
        keyId: key.keyId,
        role: key.role as Role,
        tenantId: tenant,
        isForMany: key.tenantId === manyTenants,
      };
      return undefined;
    };
    const answered = await admit(request, reply, { ...parts, refusalOf });
    if (answered !== undefined || caller === undefined) return answered;
    if (tenants === "one" && caller.tenantId === manyTenants) return sendProblem(reply, tenantMissing);
    callers.set(request, caller);
    note(request, { tenant_id: caller.tenantId });
    return undefined;
  });
}

/** A producer's key has no role, and one that this release does not know opens nothing. */
function hasRole({ role }: ApiKeyRecord, least: Role): boolean {
  return role !== null && isRole(role) && mayAs(role, least);
}

/** The tenant of a request; undefined where the key may not speak for the one that is named. */
function tenantOf({ tenantId }: ApiKeyRecord, named: string | readonly string[] | undefined): string | undefined {
  if (named === undefined) return tenantId;
  if (typeof named !== "string" || !isTenantName(named)) return undefined;
  return tenantId === manyTenants || tenantId === named ? named : undefined;
}

function withoutRole(role: Role): KeyRefusal {
  return { cause: "role", problem: { code: "COMMS_FORBIDDEN", detail: `The key has not the role ${role}` } };
}

const otherTenant: KeyRefusal = {
  cause: "tenant",
  problem: { code: "COMMS_TENANT_MISMATCH", detail: `${tenantHeader} names no tenant of the key` },
};

const tenantMissing = {
  code: "COMMS_MALFORMED_REQUEST",
  detail: `The key is for many tenants: name one by the header ${tenantHeader}`,
} as const;
