import { describe, expect, it } from "vitest";
import { KeyQueues } from "#shared/runtime/records/key-queues.ts";

describe("queues by key", () => {
  it("lets one record of a key out at a time, and others beside it", () => {
    const queues = new KeyQueues<string>();
    queues.add("anna", 0, "a1");
    queues.add("anna", 0, "a2");
    queues.add("ben", 0, "b1");
    expect(queues.take(0, 10)).toEqual(["a1", "b1"]);
    expect(queues.take(0, 10)).toEqual([]);
    queues.finish("anna");
    expect(queues.take(0, 10)).toEqual(["a2"]);
  });

  it("gives out one priority at a time, up to as many as are asked for", () => {
    const queues = new KeyQueues<string>();
    for (let i = 0; i < 10; i++) queues.add(`bulk${i}`, 1, "newsletter");
    expect(queues.canTake(0)).toBe(false);
    queues.add("anna", 0, "code");
    expect(queues.canTake(0)).toBe(true);
    expect(queues.take(0, 10)).toEqual(["code"]);
    expect(queues.canTake(0)).toBe(false);
    expect(queues.take(1, 3)).toHaveLength(3);
    expect(queues.take(1, 0)).toEqual([]);
    expect(queues.waiting).toBe(7);
  });

  it("keeps no queue that has nothing in it", () => {
    const queues = new KeyQueues<string>();
    queues.add("anna", 0, "a1");
    queues.take(0, 1);
    queues.finish("anna");
    queues.add("anna", 0, "a2");
    expect(queues.take(0, 1)).toEqual(["a2"]);
    expect(queues.waiting).toBe(0);
  });
});
