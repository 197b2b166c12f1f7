import { describe, expect, it } from "vitest";
import { KeyQueues } from "#shared/runtime/key-queues.ts";

describe("lanes", () => {
  it("lets one record of a key out at a time, and others beside it", () => {
    const lanes = new KeyQueues<string>();
    lanes.add("anna", 0, "a1");
    lanes.add("anna", 0, "a2");
    lanes.add("ben", 0, "b1");
    expect(lanes.take(10)).toEqual(["a1", "b1"]);
    expect(lanes.take(10)).toEqual([]);
    lanes.finish("anna");
    expect(lanes.take(10)).toEqual(["a2"]);
  });

  it("serves the more urgent first, whenever it came", () => {
    const lanes = new KeyQueues<string>();
    for (let i = 0; i < 100; i++) lanes.add(`bulk${i}`, 1, "newsletter");
    lanes.add("anna", 0, "code");
    expect(lanes.take(2)).toEqual(["code", "newsletter"]);
  });

  it("holds an urgency to its limit", () => {
    const lanes = new KeyQueues<string>();
    for (let i = 0; i < 10; i++) lanes.add(`bulk${i}`, 1, "newsletter");
    expect(lanes.take(10, (urgency) => (urgency === 0 ? 10 : 3))).toHaveLength(3);
    expect(lanes.waiting).toBe(7);
  });

  it("keeps no lane that has nothing in it", () => {
    const lanes = new KeyQueues<string>();
    lanes.add("anna", 0, "a1");
    lanes.take(1);
    lanes.finish("anna");
    lanes.add("anna", 0, "a2");
    expect(lanes.take(1)).toEqual(["a2"]);
    expect(lanes.waiting).toBe(0);
  });
});
