import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { isPublicRoute } from "#gateway/access/public-routes.ts";
import { problems } from "#gateway/http/problem.ts";
import { allScopes, type Scope } from "#shared/domain/access/scope.ts";
import { createBench } from "../bench.ts";
import { aKey } from "../keys.ts";

const get = async () => (await createBench().app.inject("/openapi.json")).json();

describe("/openapi.json", () => {
  it("describes the events route by the schemas that it checks by", async () => {
    const document = await get();
    expect(document).toMatchObject({
      openapi: "3.1.0",
      info: { version: "1.2.3" },
      servers: [{ url: "https://comms.example.com" }],
    });
    const { Event, Problem } = document.components.schemas;
    expect([...Event.required].sort()).toEqual(["actors", "cause_ref", "name", "payload"]);
    expect(Problem.properties.code.enum).toEqual(Object.keys(problems));
    expect(Object.keys(document.paths["/v1/events"].post.responses)).toEqual([
      "200",
      "202",
      "400",
      "401",
      "403",
      "408",
      "409",
      "413",
      "415",
      "422",
      "429",
      "503",
    ]);
  });

  it("describes every route of the gateway and no other, each with what opens it", async () => {
    const { app, routes } = createBench();
    const document = (await app.inject("/openapi.json")).json();
    const described = Object.entries(
      document.paths as Record<string, Record<string, { security?: unknown[] }>>,
    ).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== "parameters")
        .map(
          ([method, { security }]) => `${method.toUpperCase()} ${path} ${security === undefined ? "key" : "public"}`,
        ),
    );
    const added = routes
      .filter(({ method }) => method !== "HEAD")
      .map(({ method, url }) => {
        const path = url.replace(/:(\w+)/g, "{$1}");
        return `${method} ${path} ${isPublicRoute(url) ? "public" : "key"}`;
      });
    expect(described.toSorted()).toEqual(added.toSorted());
    expect(document.security).toEqual([{ apiKey: [] }]);
    expect(document.components.securitySchemes.apiKey).toMatchObject({ type: "http", scheme: "bearer" });
  });

  it("says which scope each route needs, the one that opens it", async () => {
    const { app, keys } = createBench();
    const { paths } = (await app.inject("/openapi.json")).json();
    const found: string[] = [];
    for (const [url, methods] of Object.entries(paths as Record<string, Record<string, { "x-scope"?: Scope }>>)) {
      for (const [method, { "x-scope": scope }] of Object.entries(methods)) {
        if (scope === undefined) continue;
        found.push(scope);
        const without = aKey({ scopes: allScopes.filter((one) => one !== scope) });
        keys.records.set(without.record.keyId, without.record);
        const authorization = `Bearer ${without.text}`;
        const answer = await app.inject({ method: method as "GET" | "POST", url, headers: { authorization } });
        expect([answer.statusCode, answer.json().detail]).toEqual([403, `The key lacks the scope ${scope}`]);
      }
    }
    expect(new Set(found)).toEqual(new Set(allScopes));
  });
});

describe("the schemas of /openapi.json", () => {
  it("are kept to by the answers", async () => {
    const { app, clock } = createBench({ messages: async () => ({ messages: [], rejections: [], next: null }) });
    const { schemas } = (await app.inject("/openapi.json")).json().components;
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const event = {
      name: "security.code_requested",
      actors: [{ role: "user", user_id: "anna" }],
      cause_ref: "l-1",
      payload: { request_id: "req_3K8P", code: "402913", minutes_valid: 10 },
      occurred_at: clock.now(),
    };
    const headers = { "content-type": "application/json" };
    const post = (url: string, payload: object) => app.inject({ method: "POST", url, payload, headers });
    const answers = {
      Taken: await post("/v1/events", event),
      Judged: await post("/v1/events?dry_run=true", event),
      BatchAnswer: await post("/v1/events/batch", { events: [event, {}] }),
      Messages: await app.inject("/v1/messages?cause_ref=l-1"),
      Catalog: await app.inject("/v1/catalog"),
      Problem: await post("/v1/events", {}),
    };
    for (const [name, answer] of Object.entries(answers)) {
      const valid = ajv.compile(schemas[name]);
      expect([name, valid(answer.json()), valid.errors]).toEqual([name, true, null]);
    }
  });

  it("names the headers that it reads and answers", async () => {
    const { parameters, responses } = (await get()).paths["/v1/events"].post;
    const read = parameters
      .filter((one: { in: string }) => one.in === "header")
      .map((one: { name: string }) => one.name);
    expect(read).toEqual(["Idempotency-Key", "x-request-id", "traceparent"]);
    for (const status of ["202", "422"]) expect(Object.keys(responses[status].headers)).toContain("x-request-id");
  });

  it("can be used by a validator", async () => {
    const { schemas } = (await get()).components;
    const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(schemas.Event);
    const event = { name: "x", actors: [{ role: "buyer", user_id: "anna" }], cause_ref: "c", payload: {} };
    expect([valid(event), valid({ ...event, colour: 1 }), valid({ ...event, payload: [] })]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("refers only to what it has", async () => {
    const document = await get();
    const named = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(Object.keys(document.components.schemas)));
  });
});
