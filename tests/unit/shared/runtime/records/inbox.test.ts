import { describe, expect, it } from "vitest";
import type { InRecord, TopicPartition } from "#shared/contracts/log-record.ts";
import { Inbox, type Item } from "#shared/runtime/records/inbox.ts";

const express = { topic: "in", partition: 0 };
const bulk = { topic: "in.bulk", partition: 0 };

/** An inbox of four records a priority that owns an express and a bulk partition, and what it has paused. */
function inboxOf({ ordered = true } = {}) {
  const paused = new Set<string>();
  const name = ({ topic }: TopicPartition) => topic;
  const inbox = new Inbox({
    ordered,
    priorityOf: (topic) => (topic.endsWith(".bulk") ? 1 : 0),
    waitingRecords: 4,
    waitingBytes: 100,
    keyRecords: 2,
    crowdRecords: 6,
    crowdBytes: 1_000,
    pause: (partitions) => partitions.map(name).forEach((topic) => paused.add(topic)),
    resume: (partitions) => partitions.map(name).forEach((topic) => paused.delete(topic)),
  });
  inbox.assign([express, bulk]);
  return { inbox, paused };
}

function records(at: TopicPartition, ...keys: readonly string[]): InRecord[] {
  return keys.map((key, offset) => ({ ...at, offset, key: Buffer.from(key), value: null, headers: {}, timestamp: 0 }));
}

const offsets = (items: readonly Item[]) => items.map(({ record }) => record.offset);

describe("the inbox", () => {
  it("keeps the order of a key where order counts, and takes all at once where it does not", () => {
    const ordered = inboxOf().inbox;
    ordered.add(records(express, "anna", "anna", "ben"), 0);
    expect(offsets(ordered.take(0, 9))).toEqual([0, 2]);
    const unordered = inboxOf({ ordered: false }).inbox;
    unordered.add(records(express, "anna", "anna", "ben"), 0);
    expect(offsets(unordered.take(0, 9))).toEqual([0, 1, 2]);
  });

  it("gives out one priority at a time, and tells what of it is in work", () => {
    const { inbox } = inboxOf();
    inbox.add(records(bulk, "a", "b", "c"), 0);
    expect([inbox.canTake(0), inbox.canTake(1), inbox.take(0, 9)]).toEqual([false, true, []]);
    const [first] = inbox.take(1, 2);
    expect([inbox.waiting, inbox.working(1), inbox.working(0)]).toEqual([1, 2, 0]);
    inbox.finish(first as Item, true);
    expect(inbox.working(1)).toBe(1);
    expect(offsets(inbox.take(1, 9))).toEqual([2]);
    expect(inbox.canTake(1)).toBe(false);
  });

  it("has a position to commit once everything below it is done, and only until it is committed", () => {
    const { inbox } = inboxOf();
    inbox.add(records(express, "a", "b", "c"), 0);
    const [a, b, c] = inbox.take(0, 9) as [Item, Item, Item];
    inbox.finish(b, true);
    inbox.finish(c, false);
    expect(inbox.positions()).toEqual([]);
    inbox.finish(a, true);
    expect(inbox.positions()).toEqual([{ ...express, offset: 2 }]);
    inbox.committed(inbox.positions());
    expect(inbox.positions()).toEqual([]);
  });

  it("pauses the partitions of a priority that is full, and resumes them at half", () => {
    const { inbox, paused } = inboxOf();
    inbox.add(records(bulk, "a", "b", "c", "d"), 0);
    expect([...paused]).toEqual(["in.bulk"]);
    const [a, b] = inbox.take(1, 9) as [Item, Item];
    inbox.finish(a, true);
    expect(paused.size).toBe(1);
    inbox.finish(b, true);
    expect(paused.size).toBe(0);
  });

  it("forgets everything in a new generation", () => {
    const { inbox } = inboxOf();
    inbox.add(records(express, "a", "b"), 0);
    inbox.finish(inbox.take(0, 1)[0] as Item, true);
    inbox.assign([bulk]);
    expect([inbox.waiting, inbox.assigned, inbox.positions()]).toEqual([0, 1, []]);
  });
});

describe("the inbox, of a hot key", () => {
  it("gives one key no more than its share of the places, and pauses when what waits behind it is full too", () => {
    const { inbox, paused } = inboxOf();
    const hot = Array.from({ length: 8 }, () => "hot");
    inbox.add(records(express, ...hot.slice(0, 7)), 0);
    expect(paused.size).toBe(0);
    inbox.add(records(express, "hot"), 0);
    expect([...paused]).toEqual(["in"]);
    // Two of the key keep a place each while others move up: half of the crowd has left after three.
    for (let left = 1; left <= 3; left++) {
      expect(paused.size).toBe(1);
      inbox.finish(inbox.take(0, 9)[0] as Item, true);
    }
    expect(paused.size).toBe(0);
    inbox.add(records(express, "anna"), 0);
    expect(paused.size).toBe(0);
    inbox.add(records(express, "ben"), 0);
    expect([...paused]).toEqual(["in"]);
  });

  it("has no place taken once all of a hot key have left", () => {
    const { inbox, paused } = inboxOf();
    inbox.add(records(express, "hot", "hot", "hot", "hot", "hot"), 0);
    for (let left = 0; left < 5; left++) inbox.finish(inbox.take(0, 1)[0] as Item, true);
    inbox.add(records(express, "a", "b", "c"), 0);
    expect(paused.size).toBe(0);
    inbox.add(records(express, "d"), 0);
    expect([...paused]).toEqual(["in"]);
  });
});
