import { describe, expect, it } from "vitest";
import { createIntakeWatch } from "#gateway/public/events/intake-watch.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createMetrics } from "#shared/platform/telemetry/metrics.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { createBench } from "../../bench.ts";

/** A broker that says what the test wants, and a watch that has asked it once. */
async function watching() {
  const clock = createManualClock();
  const broker = { members: 1, high: 0, committed: 0, written: clock.now(), isAway: false, asked: 0 };
  const at = { topic: "t-comms.events", partition: 0 };
  const metrics = createMetrics();
  const log = {
    groups: async () => {
      broker.asked++;
      if (broker.isAway) throw new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true });
      return new Map([["t-comms.intake", broker.members]]);
    },
    offsets: async () => [{ ...at, low: 0, high: broker.high }],
    committed: async () => [{ ...at, offset: broker.committed }],
    timestamps: async (positions: readonly object[]) => positions.map(() => broker.written),
  };
  const watch = createIntakeWatch({ log, clock, metrics, prefix: "t-" });
  const stop = new AbortController();
  void watch.run(stop.signal);
  await clock.advance(0);
  return { clock, broker, watch, metrics, stop: () => stop.abort() };
}

describe("the door of events", () => {
  it("closes where intake has had no member for 60 s, and opens when it has one again", async () => {
    const { clock, broker, watch, metrics } = await watching();
    broker.members = 0;
    await clock.advance(10_000);
    await clock.advance(59_000);
    expect(watch.closed()).toBeUndefined();
    await clock.advance(2_000);
    expect(watch.closed()).toBe("no member");
    await clock.advance(10_000);
    expect(await metrics.read("comms_event_door_closed", { cause: "no member" })).toBe(1);
    broker.members = 2;
    await clock.advance(10_000);
    expect(watch.closed()).toBeUndefined();
    expect(await metrics.read("comms_event_door_closed", { cause: "no member" })).toBe(0);
  });

  it("stays open over restarts of intake under load, one after the other", async () => {
    const { clock, broker, watch } = await watching();
    for (let restart = 0; restart < 20; restart++) {
      broker.members = 0;
      broker.high += 1_000;
      broker.written = clock.now();
      for (let second = 0; second < 50; second++) {
        await clock.advance(1_000);
        expect(watch.closed()).toBeUndefined();
      }
      broker.members = 1;
      broker.committed = broker.high;
      await clock.advance(11_000);
    }
  });

  it("closes where the oldest event that is not read is older than 15 minutes, for a minute, though members are there", async () => {
    const { clock, broker, watch } = await watching();
    broker.high = 5;
    await clock.advance(900_000);
    expect(watch.closed()).toBeUndefined();
    await clock.advance(80_000);
    expect(watch.closed()).toBe("old records");
    broker.committed = 5;
    await clock.advance(10_000);
    expect(watch.closed()).toBeUndefined();
  });

  it("stays open while the broker does not say, and asks it six times a minute whatever is sent", async () => {
    const { clock, broker, watch, stop } = await watching();
    broker.members = 0;
    await clock.advance(30_000);
    broker.isAway = true;
    await clock.advance(120_000);
    expect(watch.closed()).toBeUndefined();
    for (let request = 0; request < 1_000; request++) watch.closed();
    expect(broker.asked).toBe(16);
    stop();
    await clock.advance(60_000);
    expect(broker.asked).toBe(16);
  });
});

describe("POST /v1/events at a closed door", () => {
  it("answers 503 and when to come again, writes nothing, and still judges a dry run", async () => {
    const bench = createBench({ closed: () => "no member" });
    const payload = {
      name: "security.code_requested",
      actors: [{ role: "user", user_id: "anna" }],
      cause_ref: "l-1",
      payload: { request_id: "req_3K8P", code: "402913", minutes_valid: 10 },
    };
    const post = async (query: string, body: object) =>
      bench.app.inject({ method: "POST", url: `/v1/events${query}`, payload: body });
    const answer = await post("", payload);
    expect([answer.statusCode, answer.json().code, answer.headers["retry-after"]]).toEqual([
      503,
      "COMMS_UNAVAILABLE",
      "30",
    ]);
    expect((await post("?dry_run=true", payload)).statusCode).toBe(200);
    expect((await post("", { ...payload, name: "x" })).statusCode).toBe(422);
    expect(bench.published).toEqual([]);
  });
});
