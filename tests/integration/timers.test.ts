import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDigestStore, type DigestStore } from "#processors/digest/adapters/digest-store.ts";
import { createCloser } from "#processors/digest/closer.ts";
import { windowOf } from "#processors/digest/core/window.ts";
import { createScheduleStore, type ScheduleStore } from "#processors/scheduler/adapters/schedule-store.ts";
import { createDispatcher } from "#processors/scheduler/dispatcher.ts";
import type { Accepted, DigestItem, ScheduleItem } from "#shared/avro/records.ts";
import { type Cadence, cadenceOf } from "#shared/cadence/cadence.ts";
import type { Output } from "#shared/processor/processor.ts";
import { createDatabase, type TestDatabase } from "#tests/support/database.ts";

const noon = Date.parse("2026-06-01T12:00:00Z");
const daily = cadenceOf("messages.daily_digest") as Cadence;
const signal = new AbortController().signal;
let database: TestDatabase;
let schedule: ScheduleStore;
let digest: DigestStore;

beforeAll(async () => {
  database = await createDatabase();
  schedule = createScheduleStore(database.pool);
  digest = createDigestStore(database.pool);
});
afterAll(() => database.drop());

const scheduled = (id: string, dueAt: number, extra: Partial<ScheduleItem> = {}): ScheduleItem => ({
  schedule_id: id,
  tenant_id: "default",
  user_id: "anna",
  msg_id: null,
  kind: "retry",
  created_at: noon,
  due_at: dueAt,
  expires_at: null,
  target_topic: "comms.send.email",
  key: "default/anna",
  payload: Buffer.from([0, 0, 255, 1]),
  headers: { "comms-attempt": "2" },
  ...extra,
});

function dispatcher(owner: string) {
  const out: Output[] = [];
  const job = createDispatcher({ store: schedule, owner, report: () => {} });
  const emit = async (outputs: readonly Output[]) => void out.push(...outputs);
  return { out, run: (now: number, fail?: Error) => job.run(now, fail ? () => Promise.reject(fail) : emit, signal) };
}

describe("scheduled items in Postgres [KV-04]", () => {
  it("come out when they are due, byte for byte, and once", async () => {
    await schedule.save([scheduled("a", noon + 1_000), scheduled("b", noon + 60_000)]);
    const one = dispatcher("one");
    await one.run(noon);
    expect(one.out).toEqual([]);
    await one.run(noon + 1_000);
    await one.run(noon + 2_000);
    expect(one.out).toEqual([
      {
        topic: "comms.send.email",
        key: "default/anna",
        raw: Buffer.from([0, 0, 255, 1]),
        headers: { "comms-attempt": Buffer.from("2") },
      },
    ]);
  });

  it("belong to one dispatcher at a time, and to another after a crash", async () => {
    await schedule.save([scheduled("c", noon)]);
    const [one, two] = [dispatcher("one"), dispatcher("two")];
    await expect(one.run(noon, new Error("killed"))).rejects.toThrow("killed");
    await two.run(noon + 1_000);
    expect(two.out).toEqual([]);
    await two.run(noon + 31_000);
    expect(two.out).toHaveLength(1);
  });

  it("are replaced by a newer item of their id, even while leased", async () => {
    await schedule.save([scheduled("d", noon)]);
    await schedule.lease("one", noon, noon + 30_000, 10);
    await schedule.save([scheduled("d", noon + 5_000, { created_at: noon + 1 })]);
    await schedule.remove("one", ["d"]);
    const one = dispatcher("one");
    await one.run(noon + 5_000);
    expect(one.out).toHaveLength(1);
  });
});

const item = (id: string, recordedAt = noon): DigestItem => ({
  event_id: `event-${id}`,
  occurred_at: recordedAt,
  recorded_at: recordedAt,
  tenant_id: "default",
  user_id: "anna",
  msg_id: `msg-${id}`,
  correlation_id: "c",
  causation_id: "d",
  item_id: id,
  cadence: daily.name,
  channel: "EMAIL",
  cause_event: "message.posted",
  cause_ref: id,
  template_name: "new_message_digest",
  category: "messages",
  tz: "UTC",
  payload: JSON.stringify({ excerpt: id }),
});
const placed = (one: DigestItem, at = one.recorded_at) => ({ item: one, window: windowOf(one, daily, at, undefined) });
const evening = Date.parse("2026-06-01T18:00:00Z");

describe("digest windows in Postgres [KV-06]", () => {
  it("collect each item once and close with one summary", async () => {
    await digest.collect([placed(item("1")), placed(item("2", noon + 5))], noon);
    await digest.collect([placed(item("1"))], noon);
    const out: Output[] = [];
    const closer = createCloser(digest, "one");
    await closer.run(evening, async (outputs) => void out.push(...outputs), signal);
    await closer.run(evening + 60_000, async (outputs) => void out.push(...outputs), signal);
    expect(out).toHaveLength(1);
    const summary = (out[0] as { value: Accepted }).value;
    expect(JSON.parse(summary.payload)).toEqual({ count: 2, items: [{ excerpt: "1" }, { excerpt: "2" }] });
  });

  it("take nothing more once they are being summed up: no item falls between", async () => {
    const window = placed(item("3", evening + 1));
    await digest.collect([window], evening + 1);
    const next = window.window.closesAt;
    const [leased] = await digest.lease("one", next, next + 30_000, 10);
    expect(leased?.items).toHaveLength(1);
    const late = item("4", evening + 2);
    expect(await digest.collect([placed(late)], next)).toEqual([late]);
    await digest.close("one", [window.window.windowId], next);
    const { rows } = await database.pool.query("select status from comms_digest where item_id = '4'");
    expect(rows).toEqual([]);
  });
});
