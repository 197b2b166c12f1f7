import { describe, expect, it } from "vitest";
import { pageSize, since, text, timeText } from "#gateway/admin/http/fields.ts";

const read = (schema: { safeParse: (value: unknown) => { success: boolean; data?: unknown } }, value: unknown) => {
  const { success, data } = schema.safeParse(value);
  return success ? data : "refused";
};

describe("a span", () => {
  it.each([
    [undefined, 86_400_000],
    ["90m", 5_400_000],
    ["24h", 86_400_000],
    ["2d", 172_800_000],
    ["49h", "refused"],
    ["3d", "refused"],
    ["0h", "refused"],
    ["1", "refused"],
    ["1.5h", "refused"],
    ["-1h", "refused"],
    ["999999999d", "refused"],
    ["1h ", "refused"],
  ])("%j is %j", (value, expected) => expect(read(since("24h", 48), value)).toBe(expected));
});

describe("the size of a page", () => {
  it.each([
    [undefined, 50],
    ["1", 1],
    ["99", 99],
    ["200", 200],
    ["201", "refused"],
    ["0", "refused"],
    ["007", "refused"],
    ["1e2", "refused"],
    ["", "refused"],
  ])("%j is %j", (value, expected) => expect(read(pageSize(), value)).toBe(expected));
});

describe("a text", () => {
  it.each([
    ["Ännchen 🎉", "Ännchen 🎉"],
    ["", "refused"],
    ["a\u0000", "refused"],
    ["a\nb", "refused"],
    ["\ud800", "refused"],
    ["x".repeat(11), "refused"],
    [7, "refused"],
  ])("%j is %j", (value, expected) => expect(read(text(10), value)).toBe(expected));
});

describe("an instant in an answer", () => {
  it("is RFC 3339, or null", () => {
    expect([timeText(0), timeText(null)]).toEqual(["1970-01-01T00:00:00.000Z", null]);
  });
});
