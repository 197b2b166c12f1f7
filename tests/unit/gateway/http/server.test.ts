import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBench } from "../bench.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carillon-gateway-"));
});
afterAll(() => rm(folder, { recursive: true }));

const code = {
  name: "security.code_requested",
  actors: [{ role: "user", user_id: "anna" }],
  cause_ref: "login-1",
  payload: { request_id: "req_3K8P", code: "402913", minutes_valid: 10 },
};

/** A gateway whose lines can be read back. */
async function logged() {
  const logFile = join(await mkdtemp(join(folder, "gateway-")), "log.ndjson");
  const lines = async (count: number) => {
    await expect.poll(async () => (await readFile(logFile, "utf8")).split("\n").length).toBe(count + 1);
    const text = (await readFile(logFile, "utf8")).trim();
    return text.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  return { ...createBench({ logFile }), lines };
}

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
});

describe("the trace of a request", () => {
  it("leaves the ids to find it by, its own or the producer's, and is answered with them [HLT-06]", async () => {
    const { app, lines } = await logged();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const event = { ...code, correlation_id: "corr-1" };
    const headers = { "content-type": "application/json", "x-request-id": "req_1.a-b", traceparent };
    const told = await app.inject({ method: "POST", url: "/v1/events", payload: event, headers });
    const untold = await app.inject({ url: "/openapi.json", headers: { "x-request-id": "two words\u00e9" } });
    const generated = untold.headers["x-request-id"];
    expect([told.statusCode, told.headers["x-request-id"]]).toEqual([202, "req_1.a-b"]);
    expect(generated).toMatch(/^[0-9a-f-]{36}$/);
    expect(await lines(2)).toMatchObject([
      { request_id: "req_1.a-b", trace_id: "0af7651916cd43dd8448eb211c80319c", correlation_id: "corr-1" },
      { request_id: generated, trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
  });

  it("hands its id and its trace to the record where the producer began none [HLT-06]", async () => {
    const { app, lines, requests } = await logged();
    await app.inject({
      method: "POST",
      url: "/v1/events",
      payload: code,
      headers: { "content-type": "application/json" },
    });
    const [line] = await lines(1);
    expect(String(requests[0]?.["traceparent"]).split("-")[1]).toBe(line?.["trace_id"]);
    expect(requests[0]?.["x-request-id"]).toBe(line?.["request_id"]);
    expect(line).toMatchObject({ correlation_id: line?.["event_id"] });
  });
});

describe("the log line of a request", () => {
  it("that fails leaves what failed, and nothing that the failure says", async () => {
    const { app, lines, failures } = await logged();
    failures.push(Object.assign(new Error("canary"), { code: "22P02", detail: "Failing row contains (canary)" }));
    const headers = { "content-type": "application/json", "x-request-id": "r1" };
    const answer = await app.inject({ method: "POST", url: "/v1/events", payload: code, headers });
    expect(answer.statusCode).toBe(500);
    const [error, line] = await lines(2);
    expect(error).toMatchObject({ request_id: "r1", err: { type: "Error", code: "22P02" } });
    expect(line).toMatchObject({ request_id: "r1", status: 500 });
    expect(JSON.stringify([error, line])).not.toContain("canary");
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
