import { describe, expect, it } from "vitest";
import type { Event } from "#shared/contracts/records.ts";
import { deriveEventId } from "#shared/domain/message/id.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { type Bench, createBench, createMemoryIdempotency } from "../../bench.ts";
import { aKey } from "../../keys.ts";

const code = {
  name: "security.code_requested",
  actors: [{ role: "buyer", user_id: "anna" }],
  cause_ref: "login-1",
  payload: {} as Record<string, unknown>,
};
const probe = {
  name: "booking.confirmed",
  actors: [
    { role: "buyer", user_id: "anna" },
    { role: "seller", user_id: "bert" },
  ],
  cause_ref: "bk-1",
  payload: {
    booking_id: "bk_7Q2M",
    status: "confirmed",
    listing_title: "Portrait session",
    starts_at: "2027-03-14T17:30:00Z",
    tz: "America/New_York",
    total: { amount_micros: 245_000_000, currency: "USD" },
    buyer_name: "Inés",
    seller_name: "Harbour Light Studio",
    booking_url: "https://app.example.com/bookings/bk_7Q2M",
  },
};

async function post({ app }: Bench, body: unknown, options: { query?: string; headers?: Record<string, string> } = {}) {
  return app.inject({
    method: "POST",
    url: `/v1/events${options.query ?? ""}`,
    payload: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...options.headers },
  });
}

describe("POST /v1/events [INT-02] [INT-03]", () => {
  it("puts a good event on the topic as a producer on Kafka would, and names it", async () => {
    const bench = createBench();
    const answer = await post(bench, probe);
    const event_id = deriveEventId("default", "booking.confirmed", "bk-1");
    expect([answer.statusCode, answer.json()]).toEqual([202, { event_id }]);
    expect(bench.published).toEqual([
      {
        topic: "comms.events",
        key: "default/bk-1",
        value: {
          event_id,
          tenant_id: "default",
          name: "booking.confirmed",
          source: "http",
          cause_ref: "bk-1",
          correlation_id: null,
          occurred_at: bench.clock.now(),
          actors: probe.actors,
          payload: JSON.stringify(probe.payload),
          category: null,
          priority: "NORMAL",
          expires_at: null,
          send_at: null,
        } satisfies Event,
      },
    ]);
  });

  it("takes everything that an event may say, times in both spellings", async () => {
    const bench = createBench();
    const acme = aKey({ tenantId: "acme" });
    bench.keys.records.set(acme.record.keyId, acme.record);
    const now = bench.clock.now();
    const said = {
      event_id: "e-1",
      tenant_id: "acme",
      source: "booking-service",
      correlation_id: "r-1",
      occurred_at: new Date(now - 5).toISOString().replace("Z", "+00:00"),
      expires_at: now + 60_000,
      priority: "LOW",
      category: "booking",
    };
    const headers = { authorization: `Bearer ${acme.text}` };
    const answer = await post(bench, { ...probe, ...said }, { headers });
    expect([answer.statusCode, answer.json()]).toEqual([202, { event_id: "e-1" }]);
    expect(bench.published[0]).toMatchObject({
      topic: "comms.events.bulk",
      key: "acme/bk-1",
      value: { ...said, occurred_at: now - 5 },
    });
  });
});

describe("POST /v1/events, an event that is refused [INT-02] [INT-03]", () => {
  it("refuses with every fault at once, of shape and of content, and repeats no value", async () => {
    const bench = createBench();
    const answer = await post(bench, {
      name: "booking.confirmed",
      actors: [{ role: "buyer", user_id: 7 }],
      payload: { ...probe.payload, booking_id: "", guests: "canary-value" },
      priority: "canary-value",
      occurred_at: "canary-value",
      colour: "canary-value",
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(answer.json()).toMatchObject({ status: 422, code: "COMMS_INVALID_EVENT", detail: "The event has 7 issues" });
    expect(answer.json().faults).toEqual([
      "actors[0].user_id: expected string, received number",
      "cause_ref: expected string, received undefined",
      "occurred_at: expected milliseconds since 1970, or a time as 2026-01-05T12:00:00Z",
      'priority: expected one of "HIGH"|"NORMAL"|"LOW"',
      "colour: unknown",
      expect.stringContaining("booking_id"),
      expect.stringContaining("guests"),
    ]);
    expect(answer.body).not.toContain("canary-value");
    expect(bench.published).toEqual([]);
  });

  it.each([
    ["an event that nobody knows", { ...probe, name: "booking.imagined" }, 422, "COMMS_UNKNOWN_EVENT"],
    ["a person who is missing", { ...probe, actors: probe.actors.slice(0, 1) }, 422, "COMMS_INVALID_EVENT"],
    ["a category that is not the catalog's", { ...probe, category: "security" }, 422, "COMMS_INVALID_EVENT"],
    ["a payload that is a list", { ...code, payload: [] }, 422, "COMMS_INVALID_EVENT"],
    [
      "a payload too large",
      { ...probe, payload: { ...probe.payload, note: "x".repeat(262_144) } },
      413,
      "COMMS_PAYLOAD_TOO_LARGE",
    ],
    ["a list", [], 422, "COMMS_INVALID_EVENT"],
    ["nothing", null, 422, "COMMS_INVALID_EVENT"],
  ])("refuses %s by the judgement of intake", async (...[, body, status, problem]) => {
    const bench = createBench();
    const answer = await post(bench, body);
    expect([answer.statusCode, answer.json().code]).toEqual([status, problem]);
    expect(bench.published).toEqual([]);
  });
});

describe("POST /v1/events, an event that no later stage could show [INT-02] [INT-03]", () => {
  it.each([
    ["tz", { payload: { ...probe.payload, tz: "GMT+02:00" } }, "The payload at /tz is not a time zone"],
    [
      "starts_at",
      { payload: { ...probe.payload, starts_at: "2027-06-30T23:59:60Z" } },
      "The payload at /starts_at is not",
    ],
    ["occurred_at", { occurred_at: "2027-06-30T23:59:60Z" }, "occurred_at: expected"],
    ["expires_at", { expires_at: "2027-02-29T00:00:00Z" }, "expires_at: expected"],
  ])("refuses a %s that no later stage could show, by its name", async (_field, over, fault) => {
    const bench = createBench();
    const answer = await post(bench, { ...probe, ...over });
    expect([answer.statusCode, answer.json().faults]).toEqual([422, [expect.stringContaining(fault)]]);
    expect(bench.published).toEqual([]);
  });

  it.each([
    ["nested without end", `"x":${"[".repeat(60_000)}${"]".repeat(60_000)}`, "payload is nested too deep"],
    ["with U+0000", '"x":"a\\u0000"', "payload has the character U+0000 in it"],
    ["with a number that would become null", '"x":1e999', "payload has a number that is out of range"],
  ])("refuses a payload %s, and does not fail over it", async (_what, field, fault) => {
    const bench = createBench();
    const body = JSON.stringify(probe).replace('"booking_id"', `${field},"booking_id"`);
    for (const query of ["", "?dry_run=true"]) {
      const answer = await post(bench, body, { query });
      expect([answer.statusCode, answer.json().faults]).toEqual([422, [fault]]);
    }
    expect((await post(bench, body.replace('"cause_ref"', '"cause"'))).statusCode).toBe(422);
    expect(bench.published).toEqual([]);
  });
});

describe("POST /v1/events, a request that is refused before its event [INT-02] [INT-03]", () => {
  it.each([
    ["a NUL in the cause_ref", { cause_ref: "c\0" }],
    ["a NUL in a person", { actors: [...probe.actors, { role: "buyer", user_id: "a\0b" }] }],
    ["half a character in the event_id", { event_id: "\ud800" }],
  ])("refuses %s before it asks the table of keys", async (_what, over) => {
    const unasked = { ...createMemoryIdempotency(), begin: () => Promise.reject(new TypeError("asked")) };
    const bench = createBench({ idempotency: unasked });
    const answer = await post(bench, { ...probe, ...over }, { headers: { "idempotency-key": "k-1" } });
    expect([answer.statusCode, answer.json().code]).toEqual([422, "COMMS_INVALID_EVENT"]);
  });

  it.each([
    ["that is no JSON", "{", {}, 400, "COMMS_MALFORMED_REQUEST"],
    ["that is no UTF-8", Buffer.from([0x22, 0xff, 0x22]), {}, 400, "COMMS_MALFORMED_REQUEST"],
    ["of no length", "", {}, 400, "COMMS_MALFORMED_REQUEST"],
    ["of another type", "name=x", { "content-type": "text/plain" }, 415, "COMMS_UNSUPPORTED_MEDIA_TYPE"],
  ])("refuses a body %s", async (...[, body, headers, status, problem]) => {
    const answer = await post(createBench(), body, { headers });
    expect([answer.statusCode, answer.json().code]).toEqual([status, problem]);
  });
});

describe("POST /v1/events, its answers [INT-03]", () => {
  it("does not say yes before the log has it", async () => {
    const bench = createBench();
    bench.failures.push(new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true }));
    const answer = await post(bench, probe);
    expect([answer.statusCode, answer.json().code, answer.headers["retry-after"]]).toEqual([
      503,
      "COMMS_UNAVAILABLE",
      "5",
    ]);
  });

  it("tells nothing of a fault of ours", async () => {
    const bench = createBench();
    bench.failures.push(new TypeError("secret inner workings"));
    const answer = await post(bench, probe);
    expect([answer.statusCode, answer.json().code]).toEqual([500, "COMMS_INTERNAL"]);
    expect(answer.body).not.toContain("inner workings");
  });

  it("judges a dry run, says who would hear of it, and writes nothing", async () => {
    const bench = createBench();
    const answer = await post(bench, probe, { query: "?dry_run=true" });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      event_id: deriveEventId("default", "booking.confirmed", "bk-1"),
      dry_run: true,
      accepted: [
        {
          user_id: "anna",
          role: "buyer",
          template: "booking_confirmed_buyer",
          category: "booking",
          critical: false,
          lane: "express",
          channels: ["email", "push", "sms", "inapp"],
        },
        { user_id: "bert", role: "seller", template: "booking_confirmed_seller" },
      ],
    });
    expect((await post(bench, { ...probe, name: "x" }, { query: "?dry_run=true" })).statusCode).toBe(422);
    expect(bench.published).toEqual([]);
  });
});

describe("POST /v1/events, the tenant", () => {
  it.each(["acme", "a\0", "../..", "", "Default"])(
    "of another name than the key's is refused: %j",
    async (tenant_id) => {
      const bench = createBench();
      for (const query of ["", "?dry_run=true"]) {
        const answer = await post(bench, { ...probe, tenant_id, cause_ref: 7 }, { query });
        expect([answer.statusCode, answer.json().code]).toEqual([403, "COMMS_TENANT_MISMATCH"]);
      }
      expect(bench.published).toEqual([]);
    },
  );

  it("comes from the key, in the record, its key and its id", async () => {
    const bench = createBench();
    const acme = aKey({ tenantId: "acme" });
    bench.keys.records.set(acme.record.keyId, acme.record);
    const answer = await post(bench, probe, { headers: { authorization: `Bearer ${acme.text}` } });
    expect(answer.json()).toEqual({ event_id: deriveEventId("acme", "booking.confirmed", "bk-1") });
    expect(bench.published).toMatchObject([{ key: "acme/bk-1", value: { tenant_id: "acme" } }]);
  });
});

describe("Idempotency-Key", () => {
  const headers = { "idempotency-key": "k-1" };

  it("gives the stored answer, and the log hears of it once", async () => {
    const bench = createBench();
    const first = await post(bench, probe, { headers });
    const second = await post(bench, probe, { headers });
    expect([first.statusCode, first.headers["idempotent-replayed"]]).toEqual([202, undefined]);
    expect([second.statusCode, second.headers["idempotent-replayed"]]).toEqual([202, "true"]);
    expect(second.json()).toEqual(first.json());
    expect(bench.published).toHaveLength(1);
  });

  it("is refused for another body", async () => {
    const bench = createBench();
    await post(bench, probe, { headers });
    const answer = await post(bench, { ...probe, cause_ref: "bk-2" }, { headers });
    expect([answer.statusCode, answer.json().code]).toEqual([422, "COMMS_IDEMPOTENCY_MISMATCH"]);
    expect(bench.published).toHaveLength(1);
  });

  it("is refused while the first request is in flight", async () => {
    const idempotency = createMemoryIdempotency();
    const bench = createBench({ idempotency: { ...idempotency, finish: async () => {} } });
    await post(bench, probe, { headers });
    const answer = await post(bench, probe, { headers });
    expect([answer.statusCode, answer.json().code]).toEqual([409, "COMMS_REQUEST_IN_FLIGHT"]);
  });

  it("is let go of where the log was away, so that the same request may come again", async () => {
    const bench = createBench();
    bench.failures.push(new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true }));
    expect((await post(bench, probe, { headers })).statusCode).toBe(503);
    expect((await post(bench, probe, { headers })).statusCode).toBe(202);
  });

  it("is one of the tenant's, not of the world's", async () => {
    const bench = createBench();
    const acme = aKey({ tenantId: "acme" });
    bench.keys.records.set(acme.record.keyId, acme.record);
    await post(bench, probe, { headers });
    const theirs = { ...headers, authorization: `Bearer ${acme.text}` };
    expect((await post(bench, { ...probe, cause_ref: "bk-2" }, { headers: theirs })).statusCode).toBe(202);
    expect(bench.published).toHaveLength(2);
  });

  it("binds no event that was refused, nor a dry run", async () => {
    const bench = createBench();
    await post(bench, { ...probe, name: "x" }, { headers });
    await post(bench, { ...probe, cause_ref: "other" }, { headers, query: "?dry_run=true" });
    expect((await post(bench, probe, { headers })).statusCode).toBe(202);
  });

  it.each(["", "x".repeat(256), "with space", "a\0b"])("is refused as %j", async (key) => {
    const answer = await post(createBench(), probe, { headers: { "idempotency-key": key } });
    expect([answer.statusCode, answer.json().code]).toEqual([400, "COMMS_MALFORMED_REQUEST"]);
  });

  it("needs its store; the answer says to come again", async () => {
    const away = new AppError("POSTGRES_UNAVAILABLE", "away", { retryable: true });
    const bench = createBench({ idempotency: { ...createMemoryIdempotency(), begin: () => Promise.reject(away) } });
    const answer = await post(bench, probe, { headers });
    expect([answer.statusCode, answer.json().code]).toEqual([503, "COMMS_UNAVAILABLE"]);
    expect((await post(bench, probe)).statusCode).toBe(202);
  });

  it("that cannot be kept takes nothing from an event that was taken in", async () => {
    const away = new AppError("POSTGRES_UNAVAILABLE", "away", { retryable: true });
    const bench = createBench({ idempotency: { ...createMemoryIdempotency(), finish: () => Promise.reject(away) } });
    expect((await post(bench, probe, { headers })).statusCode).toBe(202);
  });
});
