import { describe, expect, it } from "vitest";
import { queryIssue } from "#gateway/http/query.ts";
import { createBench } from "../bench.ts";

describe("a query", () => {
  const known = { dry_run: ["true", "false", ""], tenant: "any" } as const;
  it.each([
    [{}, undefined],
    [{ dry_run: "true" }, undefined],
    [{ dry_run: "" }, undefined],
    [{ tenant: "anything" }, undefined],
    [{ dry_run: "yes" }, "dry_run is true, false"],
    [{ dry_run: "TRUE" }, "dry_run is true, false"],
    [{ "dry-run": "true" }, "A parameter is unknown: there is dry_run, tenant"],
    [{ Dry_Run: "true" }, "A parameter is unknown: there is dry_run, tenant"],
    [{ constructor: "true" }, "A parameter is unknown: there is dry_run, tenant"],
    [{ dry_run: ["true", "true"] }, "dry_run is there more than once"],
  ])("%j: %s", (query, issue) => {
    expect(queryIssue(query, known)).toBe(issue);
  });
});

describe("a route", () => {
  const event = { name: "security.code_requested", actors: [{ role: "user", user_id: "anna" }], cause_ref: "l-1" };
  const payload = { ...event, payload: { request_id: "req_3K8P", code: "402913", minutes_valid: 10 } };

  it.each(["?dry_run=yes", "?dry-run=true", "?DRY_RUN=true", "?dry_run=true&dry_run=true", "?dry_run=1&x", "?canary"])(
    "of events refuses %s, and sends nothing",
    async (query) => {
      const bench = createBench();
      const answer = await bench.app.inject({ method: "POST", url: `/v1/events${query}`, payload });
      expect([answer.statusCode, answer.json().code]).toEqual([400, "COMMS_MALFORMED_REQUEST"]);
      expect(answer.body).not.toContain("canary");
      expect(bench.published).toEqual([]);
    },
  );

  it.each([
    ["?dry_run=true", 200, 0],
    ["?dry_run", 200, 0],
    ["?dry_run=false", 202, 1],
    ["", 202, 1],
  ])("of events takes %s", async (query, status, published) => {
    const bench = createBench();
    const answer = await bench.app.inject({ method: "POST", url: `/v1/events${query}`, payload });
    expect([answer.statusCode, bench.published.length]).toEqual([status, published]);
  });

  it.each([
    ["GET", "/openapi.json?x=1", 400],
    ["POST", "/webhooks/ses?x=1", 400],
    ["POST", "/webhooks/twilio/status?account=1", 400],
    ["POST", "/webhooks/twilio/status?tenant=a&tenant=b", 400],
    ["POST", "/webhooks/twilio/status?tenant=a&msg_id=b", 415],
    ["GET", "/nowhere?x=1", 404],
    ["HEAD", "/openapi.json?x=1", 400],
  ] as const)("%s %s is answered with %s", async (method, url, status) => {
    expect((await createBench().app.inject({ method, url })).statusCode).toBe(status);
  });

  it("of opt-outs takes what scanners and mail programs add to its link", async () => {
    const answer = await createBench().app.inject("/unsubscribe/broken?utm_source=x&utm_source=y");
    expect(answer.headers["content-type"]).toContain("text/html");
  });
});
