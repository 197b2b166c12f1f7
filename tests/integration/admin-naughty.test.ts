import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { settings } from "#gateway/admin/config.ts";
import { assemble } from "#gateway/admin/main.ts";
import { createApiKey } from "#shared/control/keys/api-keys.ts";
import type { Role } from "#shared/domain/access/role.ts";
import { allScopes } from "#shared/domain/access/scope.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import { apiKeyPeppersOf } from "#shared/runtime/process/rotation.ts";
import { type NaughtyRequest, oddRequests, sampledRequests } from "#tests/support/naughty/naughty-requests.ts";
import { type SweepKeys, sweep } from "#tests/support/naughty/naughty-sweep.ts";
import { type SweptRoute, sweptRoutes } from "#tests/support/naughty/swept-routes.ts";
import { createTestPlatform, freePort, type TestPlatform } from "#tests/support/platform.ts";

let test: TestPlatform;
let service: HostedService;
let origin: string;
let keys: SweepKeys;
let routes: readonly SweptRoute[];

beforeAll(async () => {
  test = await createTestPlatform();
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const config: ConfigOf<typeof settings> = { ...test.config, COMMS_ADMIN_PORT: port };
  service = await assemble(test.platform, config);
  await service.start();
  const below: Readonly<Record<string, string>> = {
    CommsViewer: await keyOf(null),
    CommsEditor: await keyOf("CommsViewer"),
    CommsApprover: await keyOf("CommsEditor"),
  };
  keys = { good: await keyOf("CommsApprover"), without: (role) => below[role] ?? "" };
  routes = (await sweptRoutes(origin)).map(withGoodSample);
}, 60_000);

afterAll(async () => {
  await service?.stop(5_000);
  await test?.close();
});

/** A key of the tenant with a role, or a producer's with every scope, that may send as much as a sweep does. */
async function keyOf(role: Role | null): Promise<string> {
  const scopes = role === null ? allScopes : [];
  const grant = { tenantId: "default", name: "sweep", scopes, role, ratePerSecond: 1_000_000, expiresAt: null };
  const table = { pool: test.database.pool, peppers: apiKeyPeppersOf(test.config) };
  return (await createApiKey(table, grant, { actor: "ann", reason: "a sweep", now: Date.now() })).text;
}

/** A flag that there is, so that what lies in its body comes as far as it can. */
function withGoodSample(route: SweptRoute): SweptRoute {
  const path = route.path.replace("{name}", "comms.pause.template.swept");
  if (route.path === "/api/v1/keys" && route.method === "POST") return { ...route, sample: { name: "a", reason: "r" } };
  return { ...route, path };
}

/** A request of a change's path by the method of the list beside it: another role opens that, and it is swept by itself. */
function isOtherRoute({ route, method }: NaughtyRequest): boolean {
  const isLook = method === "GET" || method === "HEAD";
  return isLook && route.method !== "GET" && routes.some((one) => one.method === "GET" && one.path === route.path);
}

/** The document is open to all, and a naughty path may lead to it: everything else is refused to strangers. */
async function swept(requests: readonly NaughtyRequest[]) {
  const { asked, statuses, failed, strangersLetIn, unanswered } = await sweep(origin, requests, keys);
  expect({ failed, strangersLetIn, unanswered }).toEqual({ failed: [], strangersLetIn: [], unanswered: [] });
  expect(asked).toBe(requests.length * 4);
  return { asked, count: (key: string) => statuses.get(key) ?? 0 };
}

describe("naughty strings against every route of the admin API", () => {
  it("each place of each route, by each sender: no 5xx, and nobody let in without a role", async () => {
    expect(routes.length).toBe(24);
    const { asked, count } = await swept(sampledRequests(routes));
    expect(asked).toBeGreaterThan(1_000);
    for (const seen of ["nobody 401", "an unknown key 401", "a key without the scope 403"])
      expect([seen, count(seen) > 100]).toEqual([seen, true]);
    expect(count("a good key 200")).toBeGreaterThan(100);
  });

  it("odd methods, spellings, types, encodings and depth, too", async () => {
    const { count } = await swept(routes.flatMap(oddRequests).filter((one) => !isOtherRoute(one)));
    expect(count("a good key 200")).toBeGreaterThan(10);
    const answer = await fetch(`${origin}/api/v1/flags`, { headers: { authorization: `Bearer ${keys.good}` } });
    expect(answer.status).toBe(200);
  });
});
