import { describe, expect, it } from "vitest";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createBench } from "../../bench.ts";
import { aKey } from "../../keys.ts";

function post(bench: ReturnType<typeof createBench>, payload: unknown, headers: Readonly<Record<string, string>> = {}) {
  return bench.app.inject({
    method: "POST",
    url: "/v1/cancellations",
    headers: { "content-type": "application/json", ...headers },
    payload: typeof payload === "string" ? payload : JSON.stringify(payload),
  });
}

describe("POST /v1/cancellations", () => {
  it("writes one record under the cause's key, and answers when every gateway's clock is past it", async () => {
    const bench = createBench();
    const response = await post(bench, { cause_ref: "bk 1/2", reason: "Wrong date" });
    const at = bench.clock.now();
    expect(response.statusCode).toBe(202);
    expect(response.json()).toEqual({
      cause_ref: "bk 1/2",
      cancelled_at: new Date(at).toISOString(),
      messages: "/v1/messages?cause_ref=bk%201%2F2",
      note: expect.stringContaining("cannot be taken back"),
    });
    expect(bench.published).toEqual([
      {
        topic: "comms.cancellations",
        key: "default/bk 1/2",
        value: {
          tenant_id: "default",
          cause_ref: "bk 1/2",
          cancelled_at: at,
          reason: "Wrong date",
          cancelled_by: bench.key.record.keyId,
        },
      },
    ]);
    expect(bench.waits).toEqual([2_000]);
  });

  it.each([
    ["no JSON", "{", "400 COMMS_MALFORMED_REQUEST"],
    ["no cause", {}, "422 COMMS_INVALID_EVENT"],
    ["an empty cause", { cause_ref: " " }, "422 COMMS_INVALID_EVENT"],
    ["a long cause", { cause_ref: "x".repeat(257) }, "422 COMMS_INVALID_EVENT"],
    ["a line break in the cause", { cause_ref: "a\nb" }, "422 COMMS_INVALID_EVENT"],
    ["a long reason", { cause_ref: "a", reason: "é".repeat(129) }, "422 COMMS_INVALID_EVENT"],
    ["half a character in the reason", { cause_ref: "a", reason: "\ud800" }, "422 COMMS_INVALID_EVENT"],
    ["another field", { cause_ref: "a", user_id: "b" }, "422 COMMS_INVALID_EVENT"],
    ["another tenant", { cause_ref: "a", tenant_id: "acme" }, "403 COMMS_TENANT_MISMATCH"],
    ["many values", { cause_ref: "a", reason: Array.from({ length: 20 }, () => 1) }, "413 COMMS_PAYLOAD_TOO_LARGE"],
  ])("given %s, it writes nothing and says why", async (_, payload, answer) => {
    const bench = createBench();
    const response = await post(bench, payload);
    expect(`${response.statusCode} ${response.json().code}`).toBe(answer);
    expect(bench.published).toEqual([]);
  });

  it("takes the longest cause and reason, and the key's own tenant", async () => {
    const bench = createBench();
    const payload = { cause_ref: "é".repeat(128), reason: "é".repeat(128), tenant_id: "default" };
    expect((await post(bench, payload)).statusCode).toBe(202);
  });

  it("answers alike under an Idempotency-Key, and writes once", async () => {
    const bench = createBench();
    const headers = { "idempotency-key": "k1" };
    const first = await post(bench, { cause_ref: "a" }, headers);
    const again = await post(bench, { cause_ref: "a" }, headers);
    expect([again.statusCode, again.json()]).toEqual([202, first.json()]);
    expect(bench.published).toHaveLength(1);
  });

  it("answers 503 while the log does not acknowledge, and waits for nothing", async () => {
    const bench = createBench();
    bench.failures.push(new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true }));
    expect((await post(bench, { cause_ref: "a" })).statusCode).toBe(503);
    expect(bench.waits).toEqual([]);
  });
});

describe("cancellations that wait with their answer", () => {
  /** A gateway of eight bodies, at which every cancellation waits until it is let go; each caller has an address of its own. */
  function crowded() {
    const gone = Promise.withResolvers<void>();
    const bench = createBench({ limits: { bodiesMax: 8 }, wait: () => gone.promise });
    const keys = ["a", "b", "c"].map((tenantId) => aKey({ tenantId }));
    for (const { record } of keys) bench.keys.records.set(record.keyId, record);
    let callers = 0;
    const send = (url: string, body: object, key = bench.key) =>
      bench.app.inject({
        method: "POST",
        url,
        remoteAddress: `192.0.2.${++callers}`,
        headers: { "content-type": "application/json", authorization: `Bearer ${key.text}` },
        payload: JSON.stringify(body),
      });
    const cancel = (tenant: number) => send("/v1/cancellations", { cause_ref: "a" }, keys[tenant]);
    return { bench, send, cancel, letGo: gone.resolve };
  }

  it("leave half of the places to everything else, and half of theirs to other tenants", async () => {
    const { bench, send, cancel, letGo } = crowded();
    const first = [0, 0, 1, 1].map(cancel);
    await expect.poll(() => bench.waits.length).toBe(4);
    const more = [2, 2, 0, 1, 1].map(cancel);
    // Time to take what they can get.
    await send("/v1/cancellations", {});
    const event = {
      name: "security.code_requested",
      actors: [{ role: "user", user_id: "anna" }],
      cause_ref: "l-1",
      payload: { request_id: "req_3K8P", code: "402913", minutes_valid: 10 },
    };
    expect((await send("/v1/events", event)).statusCode).toBe(202);
    letGo();
    expect((await Promise.all(first)).map(({ statusCode }) => statusCode)).toEqual([202, 202, 202, 202]);
    expect((await Promise.all(more)).map(({ statusCode }) => statusCode)).toEqual([503, 503, 503, 503, 503]);
    expect((await cancel(2)).statusCode).toBe(202);
  });

  it("of one tenant leave the others theirs", async () => {
    const { bench, cancel, letGo } = crowded();
    const waiting = [cancel(0), cancel(0)];
    await expect.poll(() => bench.waits.length).toBe(2);
    expect((await cancel(0)).statusCode).toBe(503);
    waiting.push(cancel(1));
    await expect.poll(() => bench.waits.length).toBe(3);
    letGo();
    expect((await Promise.all(waiting)).map(({ statusCode }) => statusCode)).toEqual([202, 202, 202]);
  });
});
