import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { problems } from "#gateway/problem.ts";
import { createBench } from "./bench.ts";

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

describe("every request", () => {
  it("that leads nowhere is answered with a problem", async () => {
    const answer = await createBench().app.inject({ method: "DELETE", url: "/v1/events" });
    expect([answer.statusCode, answer.json().code]).toEqual([404, "COMMS_NOT_FOUND"]);
  });

  it.each([
    ["https://comms.example.com", "max-age=31536000; includeSubDomains"],
    ["http://127.0.0.1:8080", undefined],
  ])("is answered from %s with HSTS %s", async (publicUrl, header) => {
    const { app } = createBench({ publicUrl });
    expect((await app.inject("/openapi.json")).headers["strict-transport-security"]).toBe(header);
  });

  it("leaves one line in the log, with its route and no body, address, token or query", async () => {
    const folder = await mkdtemp(join(tmpdir(), "carillon-gateway-"));
    const logFile = join(folder, "log.ndjson");
    const { app } = createBench({ logFile });
    await app.inject("/unsubscribe/canary-token");
    await app.inject({
      method: "POST",
      url: "/webhooks/twilio/status?msg_id=canary-id",
      payload: "To=canary-number",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    await expect.poll(async () => (await readFile(logFile, "utf8")).split("\n").length).toBe(3);
    const text = await readFile(logFile, "utf8");
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { stage: "gateway", method: "GET", route: "/unsubscribe/:token", status: 400, code: "unsubscribe_malformed" },
      {
        stage: "gateway",
        method: "POST",
        route: "/webhooks/twilio/status",
        status: 403,
        code: "COMMS_WEBHOOK_SIGNATURE",
      },
    ]);
    expect(text).not.toContain("canary");
    await rm(folder, { recursive: true });
  });
});
