import { describe, expect, it } from "vitest";
import { createPartitioner } from "#shared/platform/kafka/partitioner.ts";

const record = { topic: "t", key: "foobar", value: null };

describe("the partitioner", () => {
  it("takes the partition that the record names", () => {
    expect(createPartitioner()({ ...record, partition: 7 }, 10)).toBe(7);
  });

  it("hashes a key the same as text and as bytes, and an empty key too", () => {
    const partitionOf = createPartitioner();
    expect(partitionOf(record, 5)).toBe(1);
    expect(partitionOf({ ...record, key: Buffer.from("foobar") }, 5)).toBe(1);
    expect(partitionOf({ ...record, key: "" }, 1_000)).toBe(
      createPartitioner()({ ...record, key: Buffer.alloc(0) }, 1_000),
    );
  });

  it("spreads records without a key evenly", () => {
    const partitionOf = createPartitioner();
    expect([1, 2, 3, 4].map(() => partitionOf({ ...record, key: null }, 3))).toEqual([0, 1, 2, 0]);
  });
});
