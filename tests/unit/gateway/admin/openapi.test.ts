import { describe, expect, it } from "vitest";
import { routeRoles } from "#gateway/admin/access/route-roles.ts";
import { aKey } from "../keys.ts";
import { createAdminBench } from "./bench.ts";

interface Operation {
  readonly "x-role"?: string;
  readonly security?: readonly object[];
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: object;
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly required: string[] } }>>;
  };
}

async function documentOf() {
  const answer = await createAdminBench().app.inject("/openapi.json");
  return answer.json<{
    openapi: string;
    info: object;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, object>; securitySchemes: object };
  }>();
}

describe("/openapi.json of the admin API", () => {
  it("describes every route and no other, each with the role that opens it, and needs no key itself", async () => {
    const { openapi, paths } = await documentOf();
    expect(openapi).toBe("3.1.0");
    const found = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { "x-role": role }]) => [`${method.toUpperCase()} ${path}`, role] as const),
    );
    expect(Object.fromEntries(found)).toEqual({ ...routeRoles, "GET /openapi.json": undefined });
    expect(paths["/openapi.json"]?.["get"]?.security).toEqual([]);
  });

  it("names what a route takes: path, query, headers of a change, body", async () => {
    const { paths } = await documentOf();
    const names = (operation: Operation | undefined) =>
      operation?.parameters?.map((one) => `${one.in} ${one.name}${one.required ? "!" : ""}`);
    expect(names(paths["/api/v1/flags/{name}"]?.["put"])).toEqual([
      "path name!",
      "header comms-tenant",
      "header x-request-id",
      "header Idempotency-Key",
      "header If-Match",
    ]);
    expect(names(paths["/api/v1/messages"]?.["get"])).toEqual([
      ...[
        "user_id",
        "event_id",
        "cause_ref",
        "correlation_id",
        "template",
        "channel",
        "status",
        "since",
        "limit",
        "cursor",
      ].map((name) => `query ${name}`),
      "header comms-tenant",
      "header x-request-id",
    ]);
    const requestBody = paths["/api/v1/flags/{name}"]?.["put"]?.requestBody;
    expect(requestBody?.content["application/json"]?.schema.required).toEqual(["value", "reason"]);
  });

  it("gives each operation a name of its own, and refers only to what it has", async () => {
    const document = await documentOf();
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const named = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(Object.keys(document.components.schemas)));
  });
});

describe("a request that does not fit", () => {
  const key = aKey({ role: "CommsApprover", scopes: [] });
  const ask = async (
    method: "GET" | "PUT",
    url: string,
    more: { payload?: string; headers?: Record<string, string> } = {},
  ) => {
    const bench = createAdminBench({ keys: [key] });
    const { payload, headers } = more;
    const answer = await bench.app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { ...bench.headers(key), "content-type": "application/json", ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    expect(bench.statements).toEqual([]);
    return `${answer.statusCode} ${answer.json().code}`;
  };
  const flag = "/flags/comms.pause.template.t";
  const good = JSON.stringify({ value: true, reason: "r" });

  it.each([
    ["GET", "/audit?colour=red", {}, "400 COMMS_MALFORMED_REQUEST"],
    ["GET", "/audit?limit=1&limit=2", {}, "400 COMMS_MALFORMED_REQUEST"],
    ["GET", "/flags?x=1", {}, "400 COMMS_MALFORMED_REQUEST"],
    ["PUT", flag, { payload: "{" }, "400 COMMS_MALFORMED_REQUEST"],
    ["PUT", flag, { payload: good, headers: { "content-type": "text/plain" } }, "415 COMMS_UNSUPPORTED_MEDIA_TYPE"],
    ["PUT", flag, { payload: "[]" }, "422 COMMS_INVALID_REQUEST"],
    ["PUT", flag, { payload: `${"[".repeat(9)}${"]".repeat(9)}` }, "422 COMMS_INVALID_REQUEST"],
    ["PUT", flag, { payload: JSON.stringify(Array(200).fill(1)) }, "413 COMMS_PAYLOAD_TOO_LARGE"],
    ["PUT", flag, { payload: good, headers: { "if-match": "*" } }, "400 COMMS_MALFORMED_REQUEST"],
    ["PUT", flag, { payload: good, headers: { "idempotency-key": "a b" } }, "400 COMMS_MALFORMED_REQUEST"],
    ["GET", "/nothing", {}, "404 COMMS_NOT_FOUND"],
  ] as const)("%s %s %j: %s, and no table is asked", async (...[method, url, more, expected]) =>
    expect(await ask(method, url, more)).toBe(expected),
  );
});
