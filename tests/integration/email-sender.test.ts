import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Feedback, Send } from "#shared/contracts/records.ts";
import type { ChannelAdapter } from "#shared/delivery/adapter.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { createRebuildableLedger } from "#shared/state/ledger/rebuildable-ledger.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { simulated } from "#tests/contract/sender-simulator.ts";
import { connectRedis, type TestRedis } from "#tests/support/redis.ts";
import { aSend, aSender, outputsOn, scheduledSend, start } from "#tests/unit/shared/delivery/sender-bench.ts";

const messages = 120;

let world: Awaited<ReturnType<typeof simulated>>;
let store: TestRedis;
let adapter: ChannelAdapter;

beforeAll(async () => {
  world = await simulated();
  store = connectRedis();
  adapter = world.ses();
});
beforeEach(async () => {
  await world.control.reset();
  await store.wipe();
  await markerBack();
});
afterAll(async () => {
  await adapter.close();
  await store.close();
  await world.close();
});

async function markerBack(): Promise<void> {
  await store.redis.set(store.keys.marker("ledger"), "{}");
}

/** The email sender on the real Redis and through the real SDK; time is moved by hand. */
function onRedis() {
  const { redis, keys } = store;
  const ledger = createRedisLedger(redis, keys, { clock: "caller" });
  const budget = { rate: 10_000, burst: 10_000, reserve: 1_000 };
  const breaker = {
    admit: () => {},
    run: <T>(call: () => Promise<T>) => call(),
    trip: () => {},
    state: () => "closed" as const,
    close: () => {},
  } as const;
  return { ...aSender({ ledger, budget, adapter, breaker }), redisLedger: ledger };
}

async function acceptedCalls(): Promise<Map<string, number>> {
  const calls = new Map<string, number>();
  for (const { msg_id = "" } of await world.control.ledger({ provider: "ses", outcome: "accepted" }))
    calls.set(msg_id, (calls.get(msg_id) ?? 0) + 1);
  return calls;
}

async function apply(bench: ReturnType<typeof onRedis>, feedbacks: readonly Feedback[]): Promise<void> {
  const origin = {
    topic: "comms.feedback",
    partition: 0,
    offset: 0,
    key: null,
    value: null,
    headers: {},
    timestamp: start,
  };
  const records = feedbacks.map((value) => ({ value, origin, topic: "comms.feedback" as const }));
  await createRebuildableLedger(bench.redisLedger).apply(records, bench.clock.now());
}

describe("the email sender on Redis and the SES client", () => {
  test("with answers that get lost, only messages reported as ambiguous are doubled, and the count is the provider's", async () => {
    const bench = onRedis();
    await world.control.fault({ provider: "ses", kind: "reset_after_accept", share: 0.25 });
    const ends = new Map<string, Feedback>();
    let waiting: Send[] = Array.from({ length: messages }, (_, index) =>
      aSend({ cause_ref: `booking-${index}`, critical: index % 2 === 0 }),
    );
    for (let round = 0; waiting.length > 0 && round < 40; round++) {
      const outcomes = await Promise.all(waiting.map((send) => bench.take(send)));
      waiting = outcomes.flatMap((outcome) => endOrNext(outcome, ends));
      await bench.clock.advance(60_000);
    }
    expect(ends.size).toBe(messages);
    const calls = await acceptedCalls();
    const doubled = [...calls.values()].reduce((sum, count) => sum + count - 1, 0);
    expect(calls.size).toBe(messages);
    expect(doubled).toBeGreaterThan(0);
    expect(bench.metered.filter((line) => line === "ambiguous email")).toHaveLength(doubled);
    for (const [msgId, count] of calls)
      expect(ends.get(msgId)?.ambiguous, `${count} calls`).toBe(count > 1 || ends.get(msgId)?.status === "DROPPED");
    const statuses = [...ends.values()].map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(["SENT", "DROPPED"]));
  });

  test("a wiped Redis stops it, and the log makes the ledger again: the second delivery of everything calls nobody", async () => {
    const bench = onRedis();
    const sends = Array.from({ length: messages }, (_, index) => aSend({ cause_ref: `stay-${index}` }));
    const first = await Promise.all(sends.map((send) => bench.take(send)));
    await store.wipe();
    await expect(bench.take(sends[0] as Send)).rejects.toMatchObject({ code: "COMMS_STATE_STALE", retryable: true });
    await apply(
      bench,
      first.flatMap((outcome) => outputsOn(outcome, "comms.feedback")),
    );
    await markerBack();
    const second = await Promise.all(sends.map((send) => bench.take(send)));
    expect(new Set(second.map((outcome) => ("reason" in outcome ? outcome.reason : "sent")))).toEqual(
      new Set(["COMMS_ALREADY_SENT"]),
    );
    expect([...(await acceptedCalls()).values()]).toEqual(Array.from({ length: messages }, () => 1));
  });

  test("the same record to two senders at once is one call", async () => {
    const [one, two] = [onRedis(), onRedis()];
    const sends = Array.from({ length: 40 }, (_, index) => aSend({ cause_ref: `twice-${index}` }));
    const outcomes = await Promise.all(
      sends.flatMap((send) => [one.take(send), two.take(send)].map((taken) => taken.catch(() => undefined))),
    );
    expect([...(await acceptedCalls()).values()]).toEqual(Array.from({ length: 40 }, () => 1));
    expect(outcomes.filter((outcome) => outcome?.kind === "emit")).toHaveLength(40);
  });
});

function endOrNext(outcome: Outcome, ends: Map<string, Feedback>): readonly Send[] {
  if (outcome.kind === "defer") return [scheduledSend(outcome).send];
  const [feedback] = outputsOn(outcome, "comms.feedback");
  if (feedback) ends.set(feedback.msg_id, feedback);
  return [];
}
