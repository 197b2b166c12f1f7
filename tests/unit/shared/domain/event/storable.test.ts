import { describe, expect, test } from "vitest";
import { numbersIssue, valueIssue } from "#shared/domain/event/storable.ts";

const outOfRange = "payload has a number that is out of range";
const tooDeep = "payload is nested too deep";

/** So many of them in each other, around a 0. */
const deep = (count: number, open: string, close: string) => `${open.repeat(count)}0${close.repeat(count)}`;

describe("numbers as they are written", () => {
  test.each([
    ["a vanishing number", '{"a":1e-20000}', outOfRange],
    ["a number that fills a page", `{"a":0.${"0".repeat(20_000)}1}`, outOfRange],
    ["an immense number", '{"a":1e+2000}', outOfRange],
    ["a text that reads like an immense number", `{"a":"\\"0a1e-4567-${"9".repeat(400)}"}`, undefined],
    ["a long number", `{"a":${"9".repeat(300)}}`, undefined],
  ])("given %s", (_, json, issue) => {
    expect(numbersIssue(json)).toBe(issue);
  });
});

describe("a value that was JSON", () => {
  test.each([
    ["U+0000 in a text", '{"a":["x\\u0000"]}', "payload has the character U+0000 in it"],
    ["U+0000 in a key", '{"a\\u0000":1}', "payload has the character U+0000 in it"],
    ["half a character", '{"a":"\\ud800"}', "payload has half a surrogate pair in it"],
    ["an infinite number", '{"a":1e999}', outOfRange],
    ["65 objects in each other", deep(65, '{"a":', "}"), tooDeep],
    ["very many lists in each other", `{"a":${deep(60_000, "[", "]")}}`, tooDeep],
    ["64 levels", `{"a":${deep(63, "[", "]")}}`, undefined],
    ["the text of an escape", '{"a":"\\\\u0000"}', undefined],
    ["a character of two units", '{"a":"\\ud83d\\ude00"}', undefined],
  ])("given %s", (_, json, issue) => {
    expect(valueIssue(JSON.parse(json), 64)).toBe(issue);
  });
});
