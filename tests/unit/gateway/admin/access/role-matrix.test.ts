import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { routeRoles } from "#gateway/admin/access/route-roles.ts";
import { mayAs, type Role, roles } from "#shared/domain/access/role.ts";
import { drawApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import { aKey, type TestKey } from "../../keys.ts";
import { type AdminBench, createAdminBench } from "../bench.ts";
import { goodRequests } from "../requests.ts";

const roleKey = (role: string, tenantId = "default") => aKey({ role, tenantId, scopes: [] });

/** Whoever may send a request: the key, and the tenant that the header names. */
const senders: readonly (readonly [string, TestKey | undefined, string?])[] = [
  ["no key", undefined],
  ["a key that there is not", { ...aKey(), text: drawApiKey().text }],
  ["a producer's key with every scope", aKey()],
  ["a role that this release does not know", roleKey("CommsOwner")],
  ["CommsViewer", roleKey("CommsViewer")],
  ["CommsEditor", roleKey("CommsEditor")],
  ["CommsApprover", roleKey("CommsApprover")],
  ["an approver of another tenant", roleKey("CommsApprover", "acme"), "default"],
  ["an approver who names another tenant", roleKey("CommsApprover"), "acme"],
  ["a revoked approver", aKey({ role: "CommsApprover", scopes: [], revokedAt: 1 })],
  ["an expired approver", aKey({ role: "CommsApprover", scopes: [], expiresAt: 1 })],
  ["an approver of many tenants", roleKey("CommsApprover", "*"), "default"],
];

let bench: AdminBench;
let origin: string;
beforeAll(async () => {
  const keys = senders.flatMap(([name, key]) => (key === undefined || name.startsWith("a key that") ? [] : [key]));
  bench = createAdminBench({ keys });
  origin = await bench.app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => bench?.app.close());
// A client may send one wrong key every five seconds.
beforeEach(() => bench.clock.advance(10_000));

/** What a cell must answer: a refusal with its code, or `in`. */
function expected(sender: string, least: Role): string {
  const role = sender.replace(/^an approver of many tenants$/, "CommsApprover");
  if (/^(no key|a key that there is not|a revoked|an expired)/.test(sender)) return "401 COMMS_UNAUTHENTICATED";
  if (sender.startsWith("an approver") && role === sender) return "403 COMMS_TENANT_MISMATCH";
  const isLet = roles.some((one) => one === role && mayAs(one, least));
  return isLet ? "in" : "403 COMMS_FORBIDDEN";
}

async function ask(route: string, [, key, tenant]: (typeof senders)[number]) {
  const [method = ""] = route.split(" ");
  const { url, payload } = goodRequests[route] ?? { url: "" };
  const answer = await fetch(`${origin}${url}`, {
    method,
    headers: { ...bench.headers(key, tenant), ...(payload ? { "content-type": "application/json" } : {}) },
    ...(payload ? { body: JSON.stringify(payload) } : {}),
  });
  const body = (await answer.json()) as { code?: string; faults?: string[] };
  return { status: answer.status, ...body };
}

describe("the table of roles [ADM-05]", () => {
  const cells = Object.entries(routeRoles).flatMap(([route, least]) =>
    senders.map((sender) => ({ route, least, sender, name: sender[0] })),
  );

  it("has every route that is there, and each has a request here", () => {
    const there = bench.routes
      .filter(({ method, url }) => method !== "HEAD" && url !== "/openapi.json")
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, "{$1}")}`);
    expect(there.toSorted()).toEqual(Object.keys(routeRoles).toSorted());
    expect(Object.keys(goodRequests).toSorted()).toEqual(Object.keys(routeRoles).toSorted());
    expect(cells).toHaveLength(there.length * 12);
  });

  it.each(cells)("$route for $name", async ({ route, least, sender }) => {
    const before = bench.statements.length;
    const { status, code, faults } = await ask(route, sender);
    const isRefused = status === 401 || status === 403;
    expect(isRefused ? `${status} ${code}` : "in").toBe(expected(sender[0], least));
    if (isRefused) expect(bench.statements.length).toBe(before);
    else expect([status, status < 300 || status === 404, faults]).toEqual([status, true, undefined]);
  });

  it("refuses a HEAD as it refuses the GET", async () => {
    const heads = bench.routes.filter(({ method, url }) => method === "HEAD" && url !== "/openapi.json");
    expect(heads.length).toBeGreaterThan(8);
    for (const { url } of heads) {
      const answer = await fetch(`${origin}${url.replace(/:\w+/g, "x")}`, { method: "HEAD" });
      expect([url, answer.status]).toEqual([url, 401]);
    }
  });

  it("leaves what is destructive to the approver [ADM-07]", () => {
    const alone = Object.keys(routeRoles).filter((route) => routeRoles[route] === "CommsApprover");
    expect(alone.toSorted()).toEqual([
      "POST /api/v1/approvals/{approval_id}/approve",
      "POST /api/v1/approvals/{approval_id}/reject",
      "POST /api/v1/keys",
      "POST /api/v1/keys/{key_id}/revoke",
      "POST /api/v1/keys/{key_id}/rotate",
      "POST /api/v1/suppressions/{suppression_id}/lift",
    ]);
  });

  it("counts what is refused for its role and for its tenant", async () => {
    const read = (cause: string) => bench.metrics.read("comms_http_auth_failures_total", { cause });
    expect(await read("role")).toBeGreaterThan(50);
    expect(await read("tenant")).toBeGreaterThan(40);
  });
});

describe("a route without a role", () => {
  it("is refused when it is added", () => {
    const { app } = createAdminBench();
    expect(() => app.get("/api/v1/secrets", () => "all")).toThrow("/api/v1/secrets has no role and is not public");
  });
});

describe("a flag", () => {
  const put = (name: string, key: TestKey) =>
    bench.app.inject({
      method: "PUT",
      url: `/api/v1/flags/${name}`,
      payload: { value: name.includes("pause"), reason: "an incident" },
      headers: { ...bench.headers(key), "content-type": "application/json" },
    });
  const keyOf = (role: string) => senders.find(([name]) => name === role)?.[1] as TestKey;

  it.each([
    ["comms.channels.email.enabled", 403],
    ["comms.pause.tenant", 403],
    ["comms.pause.channel.email", 200],
    ["comms.pause.provider.ses", 200],
    ["comms.channels.non_critical.enabled", 200],
  ])("%s of an editor: %i, and 200 of an approver [ADM-07]", async (name, status) => {
    expect((await put(name, keyOf("CommsEditor"))).statusCode).toBe(status);
    expect((await put(name, keyOf("CommsApprover"))).statusCode).toBe(200);
  });
});
