import { describe, expect, it } from "vitest";
import { batchEventsMax } from "#gateway/public/events/batch.ts";
import { deriveEventId } from "#shared/domain/message/id.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { type Bench, createBench } from "../../bench.ts";

const event = (cause_ref: string, more: object = {}) => ({
  name: "security.code_requested",
  actors: [{ role: "user", user_id: "anna" }],
  cause_ref,
  payload: { request_id: "req_3K8P", code: "402913", minutes_valid: 10 },
  ...more,
});
const idOf = (cause: string) => deriveEventId("default", "security.code_requested", cause);
const many = (count: number) => Array.from({ length: count }, (_, at) => event(`l-${at}`));

function post({ app }: Bench, body: unknown, { query = "", headers = {} } = {}) {
  return app.inject({
    method: "POST",
    url: `/v1/events/batch${query}`,
    payload: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
}

describe("POST /v1/events/batch [INT-02] [INT-03]", () => {
  it(`takes up to ${batchEventsMax} events, with an answer an item in their order`, async () => {
    const bench = createBench();
    const answer = await post(bench, { events: many(batchEventsMax) });
    const body = answer.json();
    expect([answer.statusCode, body.accepted, body.refused]).toEqual([200, batchEventsMax, 0]);
    expect(body.answers).toEqual(
      many(batchEventsMax).map(({ cause_ref }) => ({ status: 202, event_id: idOf(cause_ref) })),
    );
    expect(bench.published.map(({ key }) => key)).toEqual(
      many(batchEventsMax).map(({ cause_ref }) => `default/${cause_ref}`),
    );
  });

  it("answers each item as the route of one event does, and lets none hold another back", async () => {
    const bench = createBench();
    const events = [
      event("l-1"),
      event("l-2", { name: "booking.imagined" }),
      event("l-3", { tenant_id: "acme" }),
      "no event",
      event("l-5", { priority: "LOW" }),
      event("l-6", { payload: { note: "x".repeat(300_000) } }),
    ];
    const answer = await post(bench, { events });
    expect([answer.statusCode, answer.json().accepted, answer.json().refused]).toEqual([200, 2, 4]);
    const alone = createBench();
    const single = async (one: unknown) => {
      const { statusCode, ...rest } = await alone.app.inject({
        method: "POST",
        url: "/v1/events",
        payload: JSON.stringify(one),
        headers: { "content-type": "application/json" },
      });
      return { ...rest.json(), status: statusCode };
    };
    expect(answer.json().answers).toEqual(await Promise.all(events.map(single)));
    expect(bench.published.map(({ topic }) => topic)).toEqual(["comms.events", "comms.events.bulk"]);
  });

  it.each([
    [[], 422],
    [{}, 422],
    [null, 422],
    [{ events: [] }, 422],
    [{ events: "x" }, 422],
    [{ events: many(batchEventsMax + 1) }, 422],
    [{ events: many(1), dry_run: true }, 422],
    ["{", 400],
    [`{"events":[${"[".repeat(200)}${"]".repeat(200)}]}`, 422],
    [`{"events":[${"0,".repeat(100_000)}0]}`, 413],
  ])("refuses a body that is no batch, whole: %#", async (body, status) => {
    const bench = createBench();
    expect((await post(bench, body)).statusCode).toBe(status);
    expect(bench.published).toEqual([]);
  });
});

describe("POST /v1/events/batch, its answers", () => {
  it("checks every item of a dry run and writes nothing", async () => {
    const bench = createBench();
    const answer = await post(bench, { events: [event("l-1"), {}] }, { query: "?dry_run=true" });
    expect(answer.json().answers).toMatchObject([
      { status: 200, dry_run: true, accepted: [{ user_id: "anna", template: "security_code" }] },
      { status: 422, code: "COMMS_INVALID_EVENT" },
    ]);
    expect(bench.published).toEqual([]);
  });

  it("says which items the log has not acknowledged", async () => {
    const bench = createBench();
    bench.failures.push(new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true }));
    bench.failures.push(new AppError("KAFKA_RECORD_TOO_LARGE", "large", { retryable: false }));
    const { answers, accepted } = (await post(bench, { events: many(3) })).json();
    expect([accepted, answers]).toMatchObject([
      1,
      [{ status: 503, code: "COMMS_UNAVAILABLE" }, { status: 413, code: "COMMS_PAYLOAD_TOO_LARGE" }, { status: 202 }],
    ]);
  });

  it("fails whole over a fault of ours, and the process goes on", async () => {
    const bench = createBench();
    bench.failures.push(new TypeError("secret inner workings"));
    const answer = await post(bench, { events: many(100) });
    expect([answer.statusCode, answer.json().code]).toEqual([500, "COMMS_INTERNAL"]);
    expect(answer.body).not.toContain("inner workings");
  });

  it("is not taken where nobody reads events", async () => {
    const bench = createBench({ closed: () => "no member" });
    const answer = await post(bench, { events: many(2) });
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "30"]);
    expect((await post(bench, { events: many(2) }, { query: "?dry_run=true" })).statusCode).toBe(200);
  });
});

describe("a batch under an Idempotency-Key", () => {
  const headers = { "idempotency-key": "k-1" };

  it("is written once and answered alike", async () => {
    const bench = createBench();
    const first = await post(bench, { events: many(3) }, { headers });
    const again = await post(bench, { events: many(3) }, { headers });
    expect([again.json(), again.headers["idempotent-replayed"]]).toEqual([first.json(), "true"]);
    expect(bench.published).toHaveLength(3);
    expect((await post(bench, { events: many(2) }, { headers })).json().code).toBe("COMMS_IDEMPOTENCY_MISMATCH");
  });

  it("binds none where nothing of it was taken", async () => {
    const bench = createBench();
    expect((await post(bench, { events: [{}] }, { headers })).json().accepted).toBe(0);
    expect((await post(bench, { events: many(1) }, { headers })).json().accepted).toBe(1);
  });

  it("is worked on again where the log had not acknowledged all of it", async () => {
    const bench = createBench();
    bench.failures.push(new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true }));
    expect((await post(bench, { events: many(2) }, { headers })).json().accepted).toBe(1);
    const again = await post(bench, { events: many(2) }, { headers });
    expect([again.json().accepted, again.headers["idempotent-replayed"]]).toEqual([2, undefined]);
  });
});
