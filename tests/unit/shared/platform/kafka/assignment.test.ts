import { describe, expect, it } from "vitest";
import { ownedPositions, roundRobin } from "#shared/platform/kafka/assignment.ts";

describe("round robin", () => {
  const partitions = ["a", "b"].flatMap((topic) => [0, 1, 2].map((partition) => ({ topic, partition })));

  it("gives every partition to one member, and to none a share larger by more than one", () => {
    const members = [1, 2, 3, 4].map((id) => ({ id, topics: ["a", "b"] }));
    const shares = [...roundRobin(members, partitions).values()];
    expect(shares.flat()).toHaveLength(6);
    expect(shares.map((share) => share.length).sort()).toEqual([1, 1, 2, 2]);
  });

  it("gives a topic only to those who read it, and to nobody when nobody does", () => {
    const assignment = roundRobin([{ topics: ["a"] }], partitions);
    expect([...assignment.values()].flat().map((each) => each.topic)).toEqual(["a", "a", "a"]);
  });
});

describe("owned positions", () => {
  it("leaves out what is another member's", () => {
    const positions = [0, 1].map((partition) => ({ topic: "a", partition, offset: 4 }));
    expect(ownedPositions(positions, new Set(["a/1", "b/0"]))).toEqual([positions[1]]);
  });
});
