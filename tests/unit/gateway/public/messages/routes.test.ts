import { describe, expect, it } from "vitest";
import { queryOf } from "#gateway/public/messages/routes.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createBench } from "../../bench.ts";
import { aKey } from "../../keys.ts";

describe("the query of messages", () => {
  it.each([
    [{ cause_ref: "bk-1" }, { causeRef: "bk-1", eventId: null, after: "" }],
    [
      { event_id: "e-1", after: "m-1" },
      { causeRef: null, eventId: "e-1", after: "m-1" },
    ],
  ])("%j", (query, asked) => expect(queryOf(query, "acme")).toEqual({ tenantId: "acme", ...asked }));

  it.each([
    [{}, "Name one"],
    [{ after: "m-1" }, "Name one"],
    [{ cause_ref: "a", event_id: "b" }, "Name one"],
    [{ cause_ref: "" }, "not empty"],
    [{ cause_ref: "a\0" }, "control character"],
    [{ event_id: "\ud800" }, "control character"],
    [{ cause_ref: "a", after: "\n" }, "control character"],
    [{ cause_ref: "é".repeat(129) }, "256 bytes"],
  ])("is refused as %j", (query, issue) =>
    expect(queryOf(query as Record<string, string>, "acme")).toEqual({ issue: expect.stringContaining(issue) }),
  );
});

describe("GET /v1/messages", () => {
  it("asks for the key's tenant and no other", async () => {
    const bench = createBench({ anonymous: true });
    const acme = aKey({ tenantId: "acme" });
    bench.keys.records.set(acme.record.keyId, acme.record);
    const get = (url: string) => bench.app.inject({ url, headers: { authorization: `Bearer ${acme.text}` } });
    expect((await get("/v1/messages?cause_ref=bk-1")).json()).toEqual({ messages: [], rejections: [], next: null });
    expect((await get("/v1/messages?cause_ref=bk-1&tenant_id=default")).statusCode).toBe(400);
    expect((await get("/v1/messages?cause_ref=bk-1&cause_ref=bk-2")).statusCode).toBe(400);
    expect(bench.queries).toEqual([{ tenantId: "acme", causeRef: "bk-1", eventId: null, after: "" }]);
  });

  it("is stored nowhere on the way, and says to come again where its table does not answer", async () => {
    const away = new AppError("POSTGRES_UNAVAILABLE", "away", { retryable: true });
    const bench = createBench({ messages: () => Promise.reject(away) });
    expect((await bench.app.inject("/v1/messages?cause_ref=a")).statusCode).toBe(503);
    const answer = await createBench().app.inject("/v1/messages?cause_ref=a");
    expect(answer.headers["cache-control"]).toBe("no-store");
  });
});
