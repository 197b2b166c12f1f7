import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkName, chunkOffsets, chunksOf, lookAt } from "#shared/domain/books/chunks.ts";
import type { RecordPlace } from "#shared/domain/books/place.ts";

const of = { topic: "comms.accepted", partition: 1 };
const at = (offset: number): RecordPlace => ({ ...of, offset });

/** What Postgres makes of the chunks: a union, a character an offset. */
function stored(batches: readonly (readonly RecordPlace[])[]): ReadonlyMap<string, string> {
  const marks = new Map<string, string>();
  for (const { topic, partition, chunk, bits } of batches.flatMap(chunksOf)) {
    const name = chunkName({ topic, partition }, chunk);
    const text = Array.from(bits, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
    const before = marks.get(name) ?? "0".repeat(chunkOffsets);
    marks.set(name, Array.from(text, (bit, index) => (bit === "1" || before[index] === "1" ? "1" : "0")).join(""));
  }
  return marks;
}

describe("the marks of handled records", () => {
  it("have the first offset of a chunk leftmost, and lie in the order of their keys", () => {
    const chunks = chunksOf([at(1_024), at(7), at(0), { ...at(0), topic: "comms.a" }]);
    expect(chunks.map(({ topic, chunk }) => [topic, chunk])).toEqual([
      ["comms.a", 0],
      ["comms.accepted", 0],
      ["comms.accepted", 1],
    ]);
    expect(chunks[1]?.bits).toBe("81".padEnd(256, "0"));
    expect(chunks[2]?.bits).toBe("8".padEnd(256, "0"));
  });

  it("name exactly what was never marked, in any order, any batches, and any number of times", () => {
    const offsets = fc.array(fc.nat(3_000), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(offsets, { maxLength: 6 }), fc.nat(2_000), fc.nat(2_000), (batches, from, length) => {
        const marks = stored([...batches, ...batches.toReversed()].map((batch) => batch.map(at)));
        const to = from + length;
        const handled = new Set(batches.flat());
        const expected = Array.from({ length }, (_, index) => from + index).filter((offset) => !handled.has(offset));
        expect(lookAt({ ...of, from, to }, marks, 10_000)).toEqual({ unmarked: expected, until: to });
      }),
    );
  });

  it("stop behind the most that one look takes", () => {
    const marks = stored([[at(0), at(2)]]);
    expect(lookAt({ ...of, from: 0, to: 9_000 }, marks, 2)).toEqual({ unmarked: [1, 3], until: 4 });
    expect(lookAt({ ...of, from: 5, to: 5 }, marks, 2)).toEqual({ unmarked: [], until: 5 });
  });
});
