import { expect, test } from "vitest";
import { pauseOf } from "#processors/scheduler/core/pauses.ts";
import { createScheduler } from "#processors/scheduler/processor.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Flag } from "#shared/contracts/records.ts";
import { aFlag, noon } from "#tests/support/policy/records.ts";

const [key, paused] = aFlag("comms.pause.channel.email", true, { tenant_id: "acme", expires_at: noon });

test("a flag that binds pauses under its key until its end, and one that does not lifts", () => {
  expect(pauseOf(Buffer.from(key), paused)).toEqual({ key, binds: true, expires_at: noon });
  expect(pauseOf(Buffer.from(key), { ...paused, value: "false" })).toMatchObject({ key, binds: false });
  expect(pauseOf(Buffer.from(key), null)).toEqual({ key, binds: false, expires_at: null });
  const [name, off] = aFlag("comms.channels.non_critical.enabled", false);
  expect(pauseOf(Buffer.from(name), off)).toEqual({ key: name, binds: true, expires_at: null });
});

test("a record that no view takes changes nothing here either", () => {
  expect(pauseOf(Buffer.from("other/comms.pause.channel.email"), paused)).toBeUndefined();
  expect(pauseOf(Buffer.from(key), { ...paused, value: "False" })).toBeUndefined();
  expect(pauseOf(Buffer.from("acme/comms.pauses"), null)).toBeUndefined();
  expect(pauseOf(null, paused)).toBeUndefined();
});

test("a batch's flags are stored after its items, in their order, tombstones too", async () => {
  const calls: string[] = [];
  const scheduler = createScheduler({
    save: async (items) => void calls.push(`save ${items.length}`),
    cancel: () => Promise.reject(new Error("No cancellation")),
    pause: async (pauses) => void calls.push(...pauses.map((one) => `${one.key} ${one.binds}`)),
  });
  const record = (value: Flag | null) => ({ value, topic: "comms.flags", origin: { key: Buffer.from(key) } });
  const batch = [record(paused), record(null), record({ ...paused, value: "no" })];
  const outcomes = await scheduler.apply(batch as unknown as readonly DecodedRecord<Flag | null>[], noon);
  expect(outcomes.map(({ kind }) => kind)).toEqual(["emit", "emit", "emit"]);
  expect(calls).toEqual(["save 0", `${key} true`, `${key} false`]);
});
