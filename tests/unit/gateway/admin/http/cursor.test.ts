import { describe, expect, it } from "vitest";
import { readCursor, writeCursor } from "#gateway/admin/http/cursor.ts";
import { naughtyStrings } from "#tests/support/naughty-strings.ts";

describe("a cursor", () => {
  it("names a place and is read back", () => {
    const text = writeCursor([1_795_000_000_123.456, "m-ü-1"]);
    expect(text).toMatch(/^[\w-]+$/);
    expect(readCursor(text, ["number", "string"])).toEqual([1_795_000_000_123.456, "m-ü-1"]);
  });

  it.each([
    ["other kinds", writeCursor(["m-1", 1])],
    ["one value too many", writeCursor([1, "m-1", 2])],
    ["no list", Buffer.from('{"0":1,"1":"m-1","length":2}').toString("base64url")],
    ["U+0000", writeCursor([1, "m\u0000"])],
    ["half a character", Buffer.from('[1,"\\ud800"]').toString("base64url")],
    ["a number beyond an instant", writeCursor([1e17, "m-1"])],
    ["a long text", writeCursor([1, "m".repeat(513)])],
    ["nothing", ""],
    ["no base64", "[1]"],
  ])("with %s is none of ours", (_what, text) => expect(readCursor(text, ["number", "string"])).toBeUndefined());

  it.each(naughtyStrings.slice(0, 200).map((text) => [text]))("is not %j, and nothing is thrown", (text) =>
    expect(readCursor(text, ["number", "string"])).toBeUndefined(),
  );
});
