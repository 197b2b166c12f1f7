import { expect, test } from "vitest";
import { recordSize, valuesOf } from "#shared/platform/kafka/record-size.ts";

const empty = { topic: "t", key: null, value: null };
const sizeOfEmpty = 82;

test.each([
  { name: "nothing", record: empty, more: 0 },
  { name: "a key of text, in UTF-8", record: { ...empty, key: "né" }, more: 3 },
  { name: "a key of bytes", record: { ...empty, key: Buffer.alloc(5) }, more: 5 },
  { name: "a value", record: { ...empty, value: Buffer.alloc(7) }, more: 7 },
  { name: "a header", record: { ...empty, headers: { ab: Buffer.alloc(3) } }, more: 15 },
  {
    name: "a header that occurs twice",
    record: { ...empty, headers: { ab: [Buffer.alloc(3), Buffer.alloc(1)] } },
    more: 28,
  },
])("$name adds $more bytes at most", ({ record, more }) => {
  expect(recordSize(record)).toBe(sizeOfEmpty + more);
});

test("all values of a header are a list, of one where it occurs once", () => {
  const [a, b] = [Buffer.from("a"), Buffer.from("b")];
  expect([valuesOf(a), valuesOf([a, b])]).toEqual([[a], [a, b]]);
});
