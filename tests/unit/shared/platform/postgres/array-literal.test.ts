import fc from "fast-check";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { arrayLiteral } from "#shared/platform/postgres/array-literal.ts";

/** How the driver reads back a `text[]` that Postgres has written. */
const textArray: number = 1009;
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum has no types of arrays
const readTexts = pg.types.getTypeParser(textArray) as (text: string) => readonly (string | null)[];

describe("an array as a text", () => {
  it.each([
    [[], "{}"],
    [["a", "b c"], '{"a","b c"}'],
    [[null, undefined, "NULL", ""], '{NULL,NULL,"NULL",""}'],
    [['a"b', String.raw`c\d`, "{e,f}"], String.raw`{"a\"b","c\\d","{e,f}"}`],
    [[1, -2.5, 1e21, true, false], "{1,-2.5,1e+21,true,false}"],
  ])("of %j is %s", (values, text) => {
    expect(arrayLiteral(values)).toBe(text);
  });

  it("is read back as what went in, whatever the texts hold", () => {
    const texts = fc.array(fc.option(fc.string({ unit: "binary" }), { nil: null }));
    fc.assert(
      fc.property(texts, (values) => {
        expect(readTexts(arrayLiteral(values))).toEqual(values);
      }),
    );
  });

  it.each([[{}], [Buffer.from("a")], [["nested"]], [1n]])("is not made of %s", (value) => {
    expect(() => arrayLiteral([value])).toThrow("cannot hold");
  });
});
