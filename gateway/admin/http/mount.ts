import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { problemBody, sendProblem } from "../../http/problem.ts";
import { bodyOf } from "../../http/request.ts";
import { sendAnswer } from "../../public/events/event-answer.ts";
import type { Idempotency, StoredResponse } from "../../public/events/idempotency.ts";
import { readJsonBody } from "../../public/events/json-body.ts";
import { once } from "../../public/events/once.ts";
import { idempotencyKeyOf } from "../../public/events/write-once.ts";
import { adminCallerOf } from "../access/require-roles.ts";
import { routeRoles } from "../access/route-roles.ts";
import { type AdminAnswer, type AdminRoute, statusOf } from "./admin-route.ts";

export interface MountParts {
  readonly clock: Pick<Clock, "now">;
  readonly idempotency: Idempotency;
}

/** More than any body of the admin API can have. */
const bodyBounds = { valuesMax: 128, depthMax: 6 };

/** Adds the routes. Throws where one has no role in the table, or the table has one that is not there. */
export function mountRoutes(app: FastifyInstance, routes: readonly AdminRoute[], parts: MountParts): void {
  const missing = Object.keys(routeRoles).filter((name) => !routes.some((route) => nameOf(route) === name));
  if (missing.length > 0) throw new TypeError(`The table of roles has no route ${missing.join(", ")}`);
  for (const route of routes) {
    const role = routeRoles[nameOf(route)];
    if (role === undefined) throw new TypeError(`${nameOf(route)} is not in the table of roles`);
    const query = Object.fromEntries(route.parameters.map((name) => [name, "any" as const]));
    app.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ":$1"),
      config: { role, tenants: route.tenants, query },
      handler: (request, reply) => answer(request, reply, { ...parts, route }),
    });
  }
}

function nameOf({ method, path }: AdminRoute): string {
  return `${method} ${path}`;
}

interface Answering extends MountParts {
  readonly route: AdminRoute;
}

async function answer(request: FastifyRequest, reply: FastifyReply, parts: Answering): Promise<FastifyReply> {
  const { route, clock } = parts;
  void reply.header("cache-control", "no-store");
  const json = bodyIn(request, route);
  if ("problem" in json) return sendProblem(reply, json.problem);
  const version = versionIn(request, route);
  if (version === "malformed") return sendProblem(reply, malformedVersion);
  const call = {
    params: request.params,
    query: request.query,
    body: json.value,
    caller: adminCallerOf(request),
    now: clock.now(),
    version,
  };
  const work = (): Promise<AdminAnswer> => route.answer(call);
  return route.isChange ? changeOnce(request, reply, { ...parts, work }) : send(reply, await work());
}

/** The body of a request. A change without one may come without a type, and is an empty object. */
function bodyIn(request: FastifyRequest, { body, method }: AdminRoute): ReturnType<typeof readJsonBody> {
  if (method === "GET" || (body === undefined && bodyOf(request).length === 0)) return { value: {} };
  const json = readJsonBody(request, bodyBounds);
  if (!("problem" in json) || json.problem.code !== "COMMS_INVALID_EVENT") return json;
  return { problem: { code: "COMMS_INVALID_REQUEST", detail: "The body is nested too deep" } };
}

const malformedVersion = {
  code: "COMMS_MALFORMED_REQUEST",
  detail: 'If-Match is the ETag of what is changed, "3" for example',
} as const;

/** The version that `If-Match` names. */
function versionIn({ headers }: FastifyRequest, { isChange }: AdminRoute): number | undefined | "malformed" {
  const match = headers["if-match"];
  if (match === undefined || !isChange) return undefined;
  const named = /^"(\d{1,9})"$/.exec(match)?.[1];
  return named === undefined ? "malformed" : Number(named);
}

interface Changing extends Answering {
  readonly work: () => Promise<AdminAnswer>;
}

/** Makes a change, or gives the answer of the first request under the same `Idempotency-Key` of the caller's key. */
async function changeOnce(
  request: FastifyRequest,
  reply: FastifyReply,
  { idempotency, clock, work }: Changing,
): Promise<FastifyReply> {
  const key = idempotencyKeyOf(request);
  if (key === undefined) return send(reply, await work());
  if (typeof key !== "string") return sendProblem(reply, key);
  const { keyId, tenantId } = adminCallerOf(request);
  const { headers, method, url } = request;
  const head = JSON.stringify([method, url, tenantId, headers["if-match"] ?? null]);
  let made: AdminAnswer | undefined;
  const stored = await once(
    idempotency,
    // A tenant's name has no slash in it, so that no producer's key is met.
    { tenantId: `admin/${keyId}`, key, body: Buffer.concat([Buffer.from(head), bodyOf(request)]), now: clock.now() },
    async () => {
      made = await work();
      return { ...storedAnswer(made), isFinal: statusOf(made) < 300 };
    },
  );
  if (made !== undefined) return send(reply, made);
  if (stored.replayed) void reply.header("idempotent-replayed", "true");
  return sendAnswer(reply, stored);
}

function storedAnswer(made: AdminAnswer): StoredResponse {
  return { status: statusOf(made), body: "problem" in made ? problemBody(made.problem) : made.body };
}

function send(reply: FastifyReply, made: AdminAnswer): FastifyReply {
  if (made.version !== undefined) void reply.header("etag", `"${made.version}"`);
  if ("problem" in made) return sendProblem(reply, made.problem);
  const body = made.secret === undefined ? made.body : { ...made.body, ...made.secret };
  return sendAnswer(reply, { status: statusOf(made), body });
}
