import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiKeyRecord } from "#shared/domain/access/api-key.ts";
import type { Scope } from "#shared/domain/access/scope.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import { clientOf } from "../http/client.ts";
import { type Problem, sendProblem } from "../http/problem.ts";
import { note } from "../http/request.ts";
import type { Authentication, Credentials, KeyFailure } from "./authenticate.ts";
import type { KeyRates } from "./key-rates.ts";
import type { LastUse } from "./last-use.ts";
import { isPublicRoute } from "./public-routes.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What a key must be allowed to do on this route. Absent on public routes alone. */
    readonly scope?: Scope;
  }
}

export interface AccessParts {
  readonly authenticate: (credentials: Credentials) => Promise<Authentication>;
  readonly lastUse: Pick<LastUse, "used">;
  readonly metrics: Pick<Metrics, "count" | "expose">;
  readonly rates: KeyRates;
}

/** Whose a request is. */
export interface Caller {
  readonly keyId: string;
  readonly tenantId: string;
}

const callers = new WeakMap<FastifyRequest, ApiKeyRecord>();

/** Whose a request is. A route that asks for a key is never reached without a caller. */
export function callerOf(request: FastifyRequest): Caller & Pick<ApiKeyRecord, "role"> {
  const caller = callers.get(request);
  if (caller === undefined) throw new TypeError("A route without a scope asks for its caller");
  return caller;
}

/** Counts what a request does beyond one event, so that a batch costs what its events would. */
export type ChargeCaller = (request: FastifyRequest, events: number) => void;

/**
 * Lets a request pass only with a key that its route's scope allows, before its body is read. A route that is neither public
 * nor names a scope is refused when it is added. Call it before the routes are.
 */
export function requireKeys(app: FastifyInstance, parts: AccessParts): ChargeCaller {
  exposeFailures(parts.metrics, "scope");
  app.addHook("onRoute", ({ url, config }) => {
    if (config?.scope === undefined && !isPublicRoute(url))
      throw new TypeError(`${url} names no scope and is not public`);
  });
  app.addHook("onRequest", async (request, reply) => {
    const { scope } = request.routeOptions.config;
    if (scope === undefined) return undefined;
    return admit(request, reply, { ...parts, refusalOf: (key) => withoutScope(key, scope) });
  });
  return (request, events) => {
    const key = callers.get(request);
    if (key !== undefined) parts.rates.spend(key, events);
  };
}

/** Shows the count of failed authentications at 0 for each cause that a door knows. */
export function exposeFailures(metrics: Pick<Metrics, "expose">, ...own: readonly KeyRefusal["cause"][]): void {
  const causes = [...Object.keys(details), ...own];
  metrics.expose("comms_http_auth_failures_total", ...causes.map((cause) => ({ cause })));
}

/** A key with a role has no scope that counts here. */
function withoutScope(key: ApiKeyRecord, scope: Scope): KeyRefusal | undefined {
  if (key.role === null && key.scopes.includes(scope)) return undefined;
  return {
    cause: "scope",
    problem: { code: "COMMS_SCOPE_MISSING", detail: `The key lacks the scope ${scope}` },
    scope,
  };
}

/** Why a key that may be used may not do this. */
export interface KeyRefusal {
  /** The cause that is counted. */
  readonly cause: "scope" | "role" | "tenant";
  readonly problem: Problem;
  /** The scope that is missing. */
  readonly scope?: Scope;
}

/** What a request is let in by: a key, where the route does not refuse it. */
export interface Admission extends AccessParts {
  readonly refusalOf: (key: ApiKeyRecord) => KeyRefusal | undefined;
}

/** Lets a request in with a key that its route does not refuse, at the rate of the key; else answers. */
export async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: Admission,
): Promise<FastifyReply | undefined> {
  const { authenticate, lastUse, metrics, refusalOf, rates } = parts;
  const client = clientOf(request.ip);
  const result = await authenticate({ authorization: request.headers.authorization, client });
  if ("failure" in result) {
    metrics.count("comms_http_auth_failures_total", { cause: result.failure });
    note(request, { auth: result.failure, ...(result.keyId === undefined ? {} : { key_id: result.keyId }) });
    return refuse(reply, problemOf(result));
  }
  const { key } = result;
  note(request, { key_id: key.keyId, tenant_id: key.tenantId });
  const refusal = refusalOf(key);
  if (refusal !== undefined) {
    metrics.count("comms_http_auth_failures_total", { cause: refusal.cause });
    return refuse(reply, refusal.problem, refusal.scope);
  }
  const retryAfterSeconds = await rates.take(key);
  if (retryAfterSeconds > 0) {
    return sendProblem(reply, {
      code: "COMMS_TOO_MANY_REQUESTS",
      detail: "The key sends more a second than it may",
      retryAfterSeconds,
    });
  }
  lastUse.used(key.keyId);
  callers.set(request, key);
  return undefined;
}

const details: Readonly<Record<KeyFailure, string>> = {
  missing: "Send a key: authorization: Bearer carillon_…",
  malformed: "The authorization is not Bearer and a key: carillon_, twelve characters, _ and 43 more",
  blocked: "Too many wrong keys came from this address; wait",
  // One word for both, so that nobody learns which keys there are.
  unknown: "There is no such key",
  mismatch: "There is no such key",
  revoked: "The key is revoked",
  expired: "The key has expired",
};

function problemOf({ failure, retryAfterSeconds }: Extract<Authentication, { failure: unknown }>): Problem {
  if (retryAfterSeconds === undefined) return { code: "COMMS_UNAUTHENTICATED", detail: details[failure] };
  return { code: "COMMS_TOO_MANY_REQUESTS", detail: details[failure], retryAfterSeconds };
}

/** With what RFC 6750 asks for beside the answer. */
function refuse(reply: FastifyReply, problem: Problem, scope?: Scope): FastifyReply {
  const error = scope === undefined ? "" : `, error="insufficient_scope", scope="${scope}"`;
  if (problem.code !== "COMMS_TOO_MANY_REQUESTS") {
    void reply.header("www-authenticate", `Bearer realm="carillon"${error}`);
  }
  return sendProblem(reply, problem);
}
