import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { problems } from "#gateway/http/problem.ts";
import { createBench } from "../../bench.ts";

describe("/openapi.json", () => {
  const get = async () => (await createBench().app.inject("/openapi.json")).json();

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
      "409",
      "413",
      "415",
      "422",
      "503",
    ]);
  });

  it("names the headers that it reads and answers", async () => {
    const { parameters, responses } = (await get()).paths["/v1/events"].post;
    const read = parameters
      .filter((one: { in: string }) => one.in === "header")
      .map((one: { name: string }) => one.name);
    expect(read).toEqual(["Idempotency-Key", "x-request-id", "traceparent"]);
    for (const status of ["202", "422"]) expect(Object.keys(responses[status].headers)).toContain("x-request-id");
  });

  it("has schemas that a validator can use", async () => {
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
