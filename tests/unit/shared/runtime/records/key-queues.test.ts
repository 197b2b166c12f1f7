import { describe, expect, it } from "vitest";
import { KeyQueues } from "#shared/runtime/records/key-queues.ts";

describe("queues by key", () => {
  it("lets one record of a key out at a time, and others beside it", () => {
    const queues = new KeyQueues<string>();
    queues.add("anna", 0, "a1");
    queues.add("anna", 0, "a2");
    queues.add("ben", 0, "b1");
    expect(queues.take(10)).toEqual(["a1", "b1"]);
    expect(queues.take(10)).toEqual([]);
    queues.finish("anna");
    expect(queues.take(10)).toEqual(["a2"]);
  });

  it("serves the higher priority first, though it came later", () => {
    const queues = new KeyQueues<string>();
    for (let i = 0; i < 100; i++) queues.add(`bulk${i}`, 1, "newsletter");
    queues.add("anna", 0, "code");
    expect(queues.take(2)).toEqual(["code", "newsletter"]);
  });

  it("holds a priority to its limit", () => {
    const queues = new KeyQueues<string>();
    for (let i = 0; i < 10; i++) queues.add(`bulk${i}`, 1, "newsletter");
    expect(queues.take(10, (priority) => (priority === 0 ? 10 : 3))).toHaveLength(3);
    expect(queues.waiting).toBe(7);
  });

  it("keeps no queue that has nothing in it", () => {
    const queues = new KeyQueues<string>();
    queues.add("anna", 0, "a1");
    queues.take(1);
    queues.finish("anna");
    queues.add("anna", 0, "a2");
    expect(queues.take(1)).toEqual(["a2"]);
    expect(queues.waiting).toBe(0);
  });
});
