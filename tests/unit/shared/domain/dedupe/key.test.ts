import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderKey } from "#shared/domain/dedupe/key.ts";

const at = Date.UTC(2026, 10, 22, 17, 57, 27, 5);

function render(pattern: string, payload: Record<string, unknown> = {}) {
  return renderKey(pattern, { causeRef: "cause-1", occurredAt: at, payload });
}

describe("dedupe key [RTR-04] [DED-01]", () => {
  test.each<{ name: string; pattern: string; payload: Record<string, unknown>; key: string }>([
    {
      name: "a booking",
      pattern: "BOOKING:{booking_id}:{status}",
      payload: { booking_id: "bk_1", status: "confirmed" },
      key: "BOOKING:bk_1:confirmed",
    },
    {
      name: "a thread",
      pattern: "THREAD:{thread_id}:{minute}",
      payload: { thread_id: "th_1" },
      key: "THREAD:th_1:2026-11-22T17:57",
    },
    { name: "the cause", pattern: "X:{cause_ref}", payload: {}, key: "X:cause-1" },
    { name: "numbers and truth values", pattern: "X:{n}:{b}", payload: { n: 7, b: true }, key: "X:7:true" },
    { name: "nothing to fill", pattern: "X", payload: {}, key: "X" },
    { name: "a variable that is a place in a text", pattern: "X:{a}", payload: { a: "{b}", b: 1 }, key: "X:{b}" },
  ])("given $name", ({ pattern, payload, key }) => {
    expect(render(pattern, payload)).toEqual({ key });
  });

  test("a colon in a value cannot pass for the pattern's", () => {
    expect(render("X:{a}:{b}", { a: "1:2", b: "3" })).toEqual({ key: "X:1%3A2:3" });
    expect(render("X:{a}:{b}", { a: "1", b: "2:3" })).toEqual({ key: "X:1:2%3A3" });
  });

  test("a payload cannot speak for the event", () => {
    expect(render("X:{cause_ref}:{minute}", { cause_ref: "p", minute: "p" })).toEqual({
      key: "X:cause-1:2026-11-22T17:57",
    });
  });

  test.each([
    ["absent", {}],
    ["null", { a: null }],
    ["an object", { a: {} }],
    ["a list", { a: [1] }],
    ["not its own", Object.create({ a: "inherited" })],
  ])("names a variable that is %s", (_, payload) => {
    expect(render("X:{a}", payload)).toEqual({ missing: ["a"] });
  });

  test("names every one that is missing, and knows no inherited property", () => {
    expect(render("X:{a}:{constructor}:{b}", { a: "1" })).toEqual({ missing: ["constructor", "b"] });
  });

  test("property: different values give different keys", () => {
    fc.assert(
      fc.property(fc.tuple(fc.string(), fc.string(), fc.string(), fc.string()), ([a, b, c, d]) => {
        const same = a === c && b === d;
        expect(
          JSON.stringify(render("X:{a}:{b}", { a, b })) === JSON.stringify(render("X:{a}:{b}", { a: c, b: d })),
        ).toBe(same);
      }),
    );
  });
});
