import { describe, expect, it } from "vitest";
import { issueOf } from "#processors/scheduler/core/issue.ts";
import { createScheduler } from "#processors/scheduler/processor.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Cancellation, ScheduleItem } from "#shared/contracts/records.ts";

const noon = Date.parse("2026-06-01T12:00:00Z");
const item = (extra: Partial<ScheduleItem> = {}): ScheduleItem => ({
  schedule_id: "a",
  tenant_id: "default",
  user_id: "anna",
  msg_id: null,
  kind: "retry",
  created_at: noon,
  due_at: noon + 1_000,
  expires_at: null,
  target_topic: "comms.send.email",
  key: "default/anna",
  payload: Buffer.from("x"),
  headers: {},
  cause_ref: null,
  received_at: null,
  pause_key: null,
  ...extra,
});

const unusable: readonly (readonly [string, Partial<ScheduleItem>])[] = [
  ["a topic that no longer exists", { target_topic: "comms.send.fax" }],
  ["a name that every object has", { target_topic: "toString" }],
  ["a due time past every calendar", { due_at: 9e15 }],
  ["a due time before every calendar", { due_at: -9e15 }],
  ["an event that came before every calendar", { received_at: -9e15 }],
  ["an impossible expiry", { expires_at: Number.MAX_SAFE_INTEGER }],
  ["a payload that no topic takes", { payload: Buffer.alloc(1_048_576) }],
  ["headers that no topic takes", { headers: { big: "x".repeat(1_048_576) } }],
];

describe("an item that could never be given out [KV-04]", () => {
  it.each(unusable)("has a fault: %s", (_, extra) => {
    expect(issueOf(item(extra))).toMatch(/^[A-Z][a-z ]+$/);
  });

  it("is not one that expires, or is large", () => {
    expect(issueOf(item({ expires_at: noon + 5_000, payload: Buffer.alloc(1_000_000) }))).toBeUndefined();
  });

  it("is rejected; its neighbours are saved", async () => {
    const saved: string[] = [];
    const scheduler = createScheduler({
      cancel: () => Promise.reject(new Error("No cancellation")),
      pause: () => Promise.reject(new Error("No flag")),
      save: async (items) => void saved.push(...items.map((one) => one.schedule_id)),
    });
    const values = [
      item(),
      item({ schedule_id: "b", target_topic: "comms.send.fax" }),
      null,
      item({ schedule_id: "c" }),
    ];
    const batch = values.map((value) => ({ value, topic: "comms.schedule" }) as DecodedRecord<ScheduleItem | null>);
    const outcomes = await scheduler.apply(batch, noon);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["emit", "deadLetter", "emit", "emit"]);
    expect(outcomes[1]).toMatchObject({
      reason: "COMMS_POISON",
      message: "The item names a topic that does not exist",
    });
    expect(saved).toEqual(["a", "c"]);
  });
});

describe("a batch with a cancellation", () => {
  it("saves its items, then the cancellation; a tombstone is nothing", async () => {
    const calls: string[] = [];
    const scheduler = createScheduler({
      save: async (items) => void calls.push(`save ${items.map((one) => one.schedule_id).join()}`),
      cancel: async (causes) => void calls.push(`cancel ${causes.map((one) => one.cause_ref).join()}`),
      pause: () => Promise.reject(new Error("No flag")),
    });
    const cancellation: Cancellation = {
      tenant_id: "default",
      cause_ref: "bk-1",
      cancelled_at: noon,
      reason: "",
      cancelled_by: "k",
    };
    const batch = [
      { value: cancellation, topic: "comms.cancellations" },
      { value: null, topic: "comms.cancellations" },
      { value: item(), topic: "comms.schedule" },
    ] as unknown as readonly DecodedRecord<ScheduleItem | Cancellation | null>[];
    const outcomes = await scheduler.apply(batch, noon);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["emit", "emit", "emit"]);
    expect(calls).toEqual(["save a", "cancel bk-1"]);
  });
});
