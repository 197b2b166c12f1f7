import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDigestStore, type DigestStore } from "#processors/digest/adapters/digest-store.ts";
import { createCloser } from "#processors/digest/closer.ts";
import { summaryBytesMax } from "#processors/digest/core/summary.ts";
import { windowOf } from "#processors/digest/core/window.ts";
import { createDigest } from "#processors/digest/processor.ts";
import { createScheduleStore, type ScheduleStore } from "#processors/scheduler/adapters/schedule-store.ts";
import { createDispatcher } from "#processors/scheduler/dispatcher.ts";
import { createScheduler } from "#processors/scheduler/processor.ts";
import { createReleaser } from "#processors/scheduler/releaser.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Output } from "#shared/contracts/output.ts";
import type { Accepted, DigestItem, ScheduleItem } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { type Cadence, cadenceOf } from "#shared/domain/cadence/cadence.ts";
import { fieldsOf } from "#shared/domain/json/readers.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createDatabase, type TestDatabase } from "#tests/support/database.ts";
import { memoryCodec } from "#tests/support/shell-bench.ts";
import { digestItem } from "#tests/unit/processors/digest/builders.ts";

const noon = Date.parse("2026-06-01T12:00:00Z");
const daily = cadenceOf("messages.daily_digest") as Cadence;
const signal = new AbortController().signal;
let database: TestDatabase;
let schedule: ScheduleStore;
let digest: DigestStore;
/** What the stores take for the time. */
let time = noon;

beforeAll(async () => {
  database = await createDatabase();
  schedule = createScheduleStore(database.pool, () => time);
  digest = createDigestStore(database.pool, () => time);
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
  cause_ref: null,
  received_at: null,
  pause_key: null,
  ...extra,
});

function dispatcher(owner: string) {
  const out: Output[] = [];
  const job = createDispatcher({ store: schedule, owner, report: () => {} });
  const emit = async (outputs: readonly Output[]) => void out.push(...outputs);
  const run = (now: number, fail?: Error) => {
    time = now;
    return job.run(now, fail ? () => Promise.reject(fail) : emit, signal);
  };
  return { out, run };
}

function leaseAt<Leased>(
  store: { lease: (owner: string, size: LeaseSize) => Promise<Leased> },
  now: number,
  by: Leaser,
) {
  time = now;
  return store.lease(by.owner, { leaseMs: 30_000, max: by.max ?? 10 });
}

interface LeaseSize {
  readonly leaseMs: number;
  readonly max: number;
}
interface Leaser {
  readonly owner: string;
  readonly max?: number;
}

function closeAt(now: number, emit: (outputs: readonly Output[]) => Promise<void>) {
  time = now;
  return createCloser(digest, "one").run(now, emit, signal);
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
    await leaseAt(schedule, noon, { owner: "one", max: 10 });
    await schedule.save([scheduled("d", noon + 5_000, { created_at: noon + 1 })]);
    await schedule.remove("one", ["d"]);
    const one = dispatcher("one");
    await one.run(noon + 5_000);
    expect(one.out).toHaveLength(1);
  });
});

describe("scheduled items of two events of one message", () => {
  it("are replaced by that of the later event, by a clock that is behind as well", async () => {
    await database.pool.query("delete from comms_scheduled");
    const first = scheduled("e", noon + 60_000, { received_at: noon });
    await schedule.save([first]);
    await schedule.save([{ ...first, due_at: noon + 5_000, created_at: noon - 500, received_at: noon + 4_000 }]);
    expect(await leaseAt(schedule, noon + 5_000, { owner: "one" })).toHaveLength(1);
  });
});

describe("scheduled items of a cancelled cause", () => {
  const tomorrow = noon + 86_400_000;
  const waiting = (id: string, receivedAt: number | null, extra: Partial<ScheduleItem> = {}) =>
    scheduled(id, tomorrow, { cause_ref: "bk-1", received_at: receivedAt, target_topic: "comms.accepted", ...extra });
  const cancellation = {
    tenant_id: "default",
    cause_ref: "bk-1",
    cancelled_at: noon,
    reason: "Wrong date",
    cancelled_by: "k",
  };
  const carried = { "comms-cancellation": Buffer.from('{"reason": "Wrong date", "cancelled_at": 1780315200000}') };

  it("are due at once and carry it, whichever is saved first; those of a later event, and of others, are not", async () => {
    await database.pool.query("delete from comms_scheduled");
    time = noon;
    const others = [
      waiting("later", noon + 1_001),
      waiting("other-cause", noon, { cause_ref: "bk-2" }),
      waiting("other-tenant", noon, { tenant_id: "acme" }),
      waiting("retry", noon, { cause_ref: null }),
    ];
    await schedule.save([waiting("before", noon), waiting("skewed", noon + 1_000), waiting("old", null), ...others]);
    await schedule.cancel([cancellation, { ...cancellation, cancelled_at: noon - 60_000 }], noon);
    await schedule.save([waiting("after", noon)]);
    const one = dispatcher("one");
    await one.run(noon);
    const { rows } = await database.pool.query("select schedule_id from comms_scheduled order by 1");
    expect(rows.map(({ schedule_id }) => schedule_id)).toEqual(["later", "other-cause", "other-tenant", "retry"]);
    expect(noon).toBe(1_780_315_200_000);
    expect(one.out.map((output) => "headers" in output && output.headers)).toEqual(
      Array.from({ length: 4 }, () => ({ "comms-attempt": Buffer.from("2"), ...carried })),
    );
    await schedule.cancel([cancellation], noon);
    await one.run(noon);
    expect(one.out).toHaveLength(4);
  });
});

describe("scheduled items that wait for a pause [ADM-11]", () => {
  const tomorrow = noon + 86_400_000;
  const held = (id: string, key: string, extra: Partial<ScheduleItem> = {}) =>
    scheduled(id, tomorrow, { pause_key: key, ...extra });
  const dueIds = async () => (await leaseAt(schedule, time, { owner: "one", max: 100 })).map((item) => item.scheduleId);
  const releaser = () => createReleaser(schedule);
  const nothing = () => Promise.reject(new Error("Nothing to write"));

  beforeEach(async () => {
    await database.pool.query("delete from comms_scheduled");
    await database.pool.query("delete from comms_pause");
    time = noon;
  });

  it("stay while it binds and are due at once when it is lifted, whichever is stored first", async () => {
    await schedule.pause([{ key: "p", binds: true, expires_at: null }]);
    await schedule.save([held("a", "p"), held("other", "q"), scheduled("retry", tomorrow)]);
    expect(await schedule.backlog()).toMatchObject({ items: 3, paused: 2 });
    await releaser().run(noon, nothing, signal);
    expect(await dueIds()).toEqual([]);
    await schedule.pause([
      { key: "p", binds: true, expires_at: null },
      { key: "p", binds: false, expires_at: null },
    ]);
    await schedule.save([held("b", "p")]);
    await releaser().run(noon, nothing, signal);
    expect((await dueIds()).toSorted()).toEqual(["a", "b"]);
    await schedule.save([held("late", "p")]);
    await releaser().run(noon, nothing, signal);
    expect(await dueIds()).toEqual(["late"]);
  });

  it("are due when it ends, without a word from anybody, and not before", async () => {
    await schedule.pause([{ key: "p", binds: true, expires_at: noon + 5_000 }]);
    await schedule.save([held("a", "p")]);
    for (const [at, expected] of [
      [4_999, 0],
      [5_000, 1],
    ] as const) {
      time = noon + at;
      expect(await schedule.release("express", 10)).toBe(expected);
    }
    expect(await dueIds()).toEqual(["a"]);
  });

  it("go by lane, and so many at a time", async () => {
    const bulk = { target_topic: "comms.send.email.bulk" };
    await schedule.save([
      held("b1", "p", bulk),
      held("e1", "p"),
      held("b2", "p", bulk),
      held("e2", "p"),
      held("e3", "p"),
    ]);
    await schedule.pause([{ key: "p", binds: false, expires_at: null }]);
    expect(await schedule.release("express", 2)).toBe(2);
    expect((await dueIds()).every((id) => id.startsWith("e"))).toBe(true);
    expect([await schedule.release("express", 2), await schedule.release("express", 2)]).toEqual([1, 0]);
    expect(await schedule.release("bulk", 10)).toBe(2);
    expect(await schedule.release("bulk", 10)).toBe(0);
  });

  it("are released by two processes at once, each item by one of them, and 20,000 within seconds", async () => {
    const items = Array.from({ length: 20_000 }, (_, at) => held(`i${at}`, "p"));
    for (let from = 0; from < items.length; from += 2_000) await schedule.save(items.slice(from, from + 2_000));
    await schedule.pause([{ key: "p", binds: false, expires_at: null }]);
    let released = 0;
    const releaseAll = async () => {
      for (let some = 1; some > 0; released += some) some = await schedule.release("express", 5_000);
    };
    await Promise.all([releaseAll(), releaseAll()]);
    await releaseAll();
    expect(released).toBe(items.length);
  });
});

const received = (value: unknown, topic: TopicName) => ({ value, topic }) as DecodedRecord<never>;

describe("an item that could stop the others", () => {
  beforeEach(async () => void (await database.pool.query("delete from comms_scheduled")));

  it("is set aside where Postgres refuses it; its neighbour is saved", async () => {
    const values = [scheduled("nul", noon, { user_id: "a\0b" }), scheduled("beside", noon + 1)];
    const batch = values.map((value) => received(value, "comms.schedule"));
    const outcomes = await createScheduler(schedule).apply(batch, noon);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["deadLetter", "emit"]);
    expect(await leaseAt(schedule, noon + 1, { owner: "one", max: 10 })).toMatchObject([{ scheduleId: "beside" }]);
  });

  it("stays where this build does not know its topic; others go out", async () => {
    await schedule.save([scheduled("fax", noon, { target_topic: "comms.send.fax" }), scheduled("mail", noon + 1)]);
    const one = dispatcher("one");
    await one.run(noon + 1);
    expect(one.out.map(({ topic }) => topic)).toEqual(["comms.send.email"]);
  });

  it("is leased with few others where it is large", async () => {
    const ids = Array.from({ length: 12 }, (_, at) => `large${at}`);
    await schedule.save(ids.map((id, at) => scheduled(id, noon + at, { payload: Buffer.alloc(1_000_000) })));
    const first = await leaseAt(schedule, noon + 60, { owner: "one", max: 500 });
    const second = await leaseAt(schedule, noon + 60, { owner: "two", max: 500 });
    expect([...first, ...second].map(({ scheduleId }) => scheduleId)).toEqual(ids);
    expect(first).toHaveLength(9);
  });

  it("is held again by a clock that is behind, while the first holding is on its way out", async () => {
    await schedule.save([scheduled("h", noon + 2_100, { created_at: noon + 2_000 })]);
    expect(await leaseAt(schedule, noon + 2_200, { owner: "one", max: 10 })).toHaveLength(1);
    await schedule.save([scheduled("h", noon + 61_900, { created_at: noon + 1_900 })]);
    await schedule.remove("one", ["h"]);
    // Nobody has it now: the older of two that wait gives way.
    await schedule.save([scheduled("h", noon + 5, { created_at: noon })]);
    expect(await leaseAt(schedule, noon + 61_899, { owner: "one", max: 10 })).toEqual([]);
    expect(await leaseAt(schedule, noon + 61_900, { owner: "one", max: 10 })).toHaveLength(1);
  });
});

const item = (id: string, recordedAt = noon): DigestItem => digestItem(id, recordedAt);
const placed = (one: DigestItem, at = one.recorded_at) => ({ item: one, window: windowOf(one, daily, { at }) });
const evening = Date.parse("2026-06-01T18:00:00Z");

describe("digest windows in Postgres [KV-06]", () => {
  it("collect each item once and close with one summary", async () => {
    await digest.collect([placed(item("1")), placed(item("2", noon + 5))], noon);
    await digest.collect([placed(item("1"))], noon);
    const out: Output[] = [];
    await closeAt(evening, async (outputs) => void out.push(...outputs));
    await closeAt(evening + 60_000, async (outputs) => void out.push(...outputs));
    expect(out).toHaveLength(1);
    const summary = (out[0] as { value: Accepted }).value;
    expect(JSON.parse(summary.payload)).toEqual({ count: 2, items: [{ excerpt: "1" }, { excerpt: "2" }] });
  });

  it("hold an event that was told again after its cancellation, wherever the first is by then", async () => {
    const told = (id: string, at: number, excerpt: string) =>
      placed({ ...item(id, at), cause_ref: id, user_id: "vera", payload: JSON.stringify({ excerpt }) });
    const again = (id: string) => told(id, noon + 5_000, `${id} again`);
    const cancelled = (cause: string) => {
      return { tenant_id: "default", cause_ref: cause, cancelled_at: noon + 1_000, reason: "", cancelled_by: "k" };
    };
    const out: Output[] = [];
    const close = (at: number) => closeAt(at, async (outputs) => void out.push(...outputs));
    const shown = () => out.map((output) => ("value" in output ? fieldsOf(output.value)["payload"] : output));
    await digest.collect([told("waits", noon, "waits"), told("left", noon, "left")], noon);
    await digest.cancel([cancelled("waits"), cancelled("left")], noon + 1_000);
    // Both in one batch: the last counts, and what came before changes nothing any more.
    await digest.collect([again("waits"), told("waits", noon + 10, "an earlier")], noon + 5_000);
    await close(evening);
    expect(shown()).toEqual([undefined, '{"count":1,"items":[{"excerpt":"waits again"}]}']);
    // The first has left its window; what replaces it goes into the next, once.
    const next = told("left", evening + 5, "left again");
    await digest.collect([next], evening + 5);
    await digest.collect([next, again("waits")], evening + 6);
    await close(evening + 86_400_000);
    expect(shown().slice(2)).toEqual(['{"count":1,"items":[{"excerpt":"left again"}]}']);
  });

  it("take nothing more once they are being summed up: no item falls between", async () => {
    const window = placed(item("3", evening + 1));
    await digest.collect([window], evening + 1);
    const next = window.window.closesAt;
    const [leased] = await leaseAt(digest, next, { owner: "one", max: 10 });
    expect(leased?.collected.count).toBe(1);
    const late = item("4", evening + 2);
    expect(await digest.collect([placed(late)], next)).toEqual([late]);
    await digest.close("one", [window.window.windowId], next);
    const { rows } = await database.pool.query("select status from comms_digest where item_id = '4'");
    expect(rows).toEqual([]);
  });

  it("hold what Postgres takes: one text with a NUL is set aside, in words without it", async () => {
    const texts = ["one\0 +1 202 555 0143", "two"];
    const items = texts.map((excerpt, at) => ({
      ...item(`nul${at}`),
      user_id: "nora",
      payload: JSON.stringify({ excerpt }),
    }));
    const batch = items.map((value) => received(value, "comms.digest"));
    const outcomes = await createDigest(digest).apply(batch, noon);
    expect(outcomes).toMatchObject([{ kind: "deadLetter", reason: "COMMS_POISON" }, { kind: "emit" }]);
    expect(JSON.stringify(outcomes)).not.toContain("202 555");
    const { rows } = await database.pool.query("select item_id from comms_digest where user_id = 'nora'");
    expect(rows).toEqual([{ item_id: "nul1" }]);
  });
});

describe("an item whose message is told again by a later event", () => {
  const told = (id: string, receivedAt: number, extra: Partial<DigestItem> = {}) =>
    placed({ ...item(id, receivedAt), user_id: "dora", cause_ref: "bk-9", received_at: receivedAt, ...extra });
  const again = (id: string, receivedAt: number) => told(id, receivedAt, { payload: '{"excerpt":"again"}' });
  const cancellation = {
    tenant_id: "default",
    cause_ref: "bk-9",
    cancelled_at: noon + 1_000,
    reason: "Wrong date",
    cancelled_by: "k",
  };
  const tomorrow = evening + 86_400_000;

  async function closed(at: number): Promise<readonly unknown[]> {
    const out: Output[] = [];
    await closeAt(at, async (outputs) => void out.push(...outputs));
    return out.map((output) => {
      const { msg_id, reason, payload } = (output as unknown as { value: Record<string, string> }).value;
      return reason === "COMMS_CANCELLED" ? `${msg_id} cancelled` : JSON.parse(payload ?? "").items[0].excerpt;
    });
  }

  beforeEach(async () => {
    await database.pool.query("delete from comms_digest");
    await database.pool.query("delete from comms_digest_window");
    await database.pool.query("delete from comms_cancellation");
  });

  it.each(["the cancellation", "the later event"])("is in the digest, where %s is read first", async (first) => {
    await digest.collect([told("t", noon)], noon);
    if (first === "the cancellation") await digest.cancel([cancellation], noon);
    await digest.collect([again("t", noon + 5_000)], noon + 5_000);
    await digest.cancel([cancellation], noon);
    // The log is read again.
    await digest.collect([told("t", noon), again("t", noon + 5_000)], noon + 5_000);
    expect(await closed(evening)).toEqual(["again"]);
  });

  it("is in the next digest, where its own has closed without it", async () => {
    await digest.collect([told("t", noon)], noon);
    await digest.cancel([cancellation], noon);
    expect(await closed(evening)).toEqual(["msg-t cancelled"]);
    await digest.collect([told("t", noon)], evening);
    expect(await closed(tomorrow)).toEqual([]);
    await digest.collect([again("t", evening + 5_000)], evening + 5_000);
    expect(await closed(tomorrow)).toEqual(["again"]);
    await digest.collect([again("t", tomorrow + 5_000)], tomorrow + 5_000);
    expect(await closed(tomorrow + 86_400_000)).toEqual([]);
  });

  it("is cancelled again where the later event is cancelled too", async () => {
    await digest.collect([told("t", noon), again("t", noon + 5_000)], noon);
    await digest.cancel([{ ...cancellation, cancelled_at: noon + 6_000 }], noon);
    expect(await closed(evening)).toEqual(["msg-t cancelled"]);
  });
});

describe("large digest windows in Postgres [KV-06]", () => {
  it("close however much is in them, each with its own summary that a topic takes", async () => {
    const opened = Date.parse("2027-01-01T12:00:00Z");
    const shown = { sender_name: "Mill Lane", excerpt: "Shall we meet?", thread_url: "https://app.example.com/t/1" };
    const of = (user: string, many: number, payload: object) =>
      Array.from({ length: many }, (_, at) => ({
        ...item(`${user}${at}`, opened + at),
        user_id: user,
        payload: JSON.stringify(payload),
      }));
    const large = { ...shown, filler: "x".repeat(250 * 1024) };
    const values = [
      ...of("large", 5, large),
      ...of("busy", 3_000, shown),
      ...of("long", 1, { ...shown, thread_url: `https://${"x".repeat(250 * 1024)}` }),
      ...of("long", 2, shown).slice(1),
      ...of("ben", 1, shown),
    ];
    const batch = values.map((value) => received(value, "comms.digest"));
    await createDigest(digest).apply(batch, opened);
    // As they were kept before payloads were cut.
    await digest.collect(
      of("older", 5, large).map((one) => placed(one)),
      opened,
    );
    // Only what can be shown is read: a lease of many windows holds little, however much was collected.
    const closes = opened + 7 * 3_600_000;
    const leased = await leaseAt(digest, closes, { owner: "reader", max: 200 });
    expect(Math.max(...leased.map(({ collected }) => collected.payloads.length))).toBe(20);
    const out: Accepted[] = [];
    const emit = async (outputs: readonly Output[]) =>
      void out.push(...outputs.map((one) => (one as { value: Accepted }).value));
    await closeAt(closes + 31_000, emit);
    const codec = await memoryCodec();
    const summaries = out
      .filter(({ user_id }) => !["nora", "anna"].includes(user_id))
      .map((accepted) => {
        const { count, items } = JSON.parse(accepted.payload);
        expect(codec.encode("comms.accepted.bulk", accepted).length).toBeLessThan(summaryBytesMax + 4_096);
        return [accepted.user_id, count, items.length];
      });
    expect(summaries.sort()).toEqual([
      ["ben", 1, 1],
      ["busy", 3_000, 20],
      ["large", 5, 5],
      ["long", 2, 1],
      ["older", 5, 0],
    ]);
    const { rows } = await database.pool.query("select count(*)::int from comms_digest where status = 'collected'");
    expect(rows).toEqual([{ count: 0 }]);
  });
});

describe("two callers whose clocks differ by a minute", () => {
  const minuteMs = 60_000;

  it("take no item from one another, and none ahead of its time", async () => {
    const real = createScheduleStore(database.pool);
    const now = Date.now();
    await database.pool.query("delete from comms_scheduled");
    await real.save([scheduled("due", now - 1_000), scheduled("later", now + minuteMs / 2)]);
    const behind = createDispatcher({ store: real, owner: "behind", report: () => {} });
    const aheadOut: Output[] = [];
    const overdue: number[] = [];
    const report = ({ overdueSeconds }: { readonly overdueSeconds: number }) => void overdue.push(overdueSeconds);
    const ahead = createDispatcher({ store: real, owner: "ahead", report });
    await expect(behind.run(now - minuteMs, () => Promise.reject(new Error("under way")), signal)).rejects.toThrow();
    await ahead.run(now + minuteMs, async (outputs) => void aheadOut.push(...outputs), signal);
    expect(aheadOut).toEqual([]);
    expect(overdue[0]).toBeLessThan(minuteMs / 1_000);
  });

  it("close no window of one another, and none ahead of its time", async () => {
    const real = createDigestStore(database.pool);
    const now = Date.now();
    const windowFor = (userId: string, closesAt: number) => {
      const one = { ...item(`clock-${userId}`, now), user_id: userId };
      const { window } = placed(one);
      return { item: one, window: { ...window, windowId: `clock-${userId}`, userId, closesAt } };
    };
    await real.collect([windowFor("due", now - 1_000), windowFor("later", now + minuteMs / 2)], now);
    const behind = createCloser(real, "behind");
    const failing = () => Promise.reject(new AppError("KAFKA_UNAVAILABLE", "under way", { retryable: true }));
    await expect(behind.run(now - minuteMs, failing, signal)).rejects.toThrow("under way");
    const out: Output[] = [];
    await createCloser(real, "ahead").run(now + minuteMs, async (outputs) => void out.push(...outputs), signal);
    expect(out).toEqual([]);
    await real.close("behind", ["clock-due"], now);
    await real.close("ahead", ["clock-later"], now);
    const { rows } = await database.pool.query("select window_id from comms_digest_window where status = 'open'");
    expect(rows).toContainEqual({ window_id: "clock-later" });
  });
});
