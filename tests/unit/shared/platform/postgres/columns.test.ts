import { describe, expect, it } from "vitest";
import { type Columns, fieldColumns, replaceColumns, rowStatement } from "#shared/platform/postgres/columns.ts";

interface Row {
  readonly id: string;
  readonly at: number | null;
  readonly marks: readonly string[];
}

const columns: Columns<Row> = {
  ...fieldColumns<Row>({ id: "text", at: "instant" }),
  marks: { type: "texts", value: ({ marks }) => JSON.stringify(marks) },
};

describe("a statement from a table of columns", () => {
  it("has the names, the parameters and the values in one order", () => {
    expect(
      rowStatement("insert into t ({columns}) select {values} from {rows} {tail}", columns, { tail: "-- end" }).text,
    ).toBe(
      "insert into t (id, at, marks) " +
        "select id, to_timestamp(at / 1000.0), array(select jsonb_array_elements_text(marks)) " +
        "from unnest($1::text[], $2::float8[], $3::jsonb[]) as r (id, at, marks) -- end",
    );
  });

  it("takes an array a column, a value a row", () => {
    const rows = [
      { id: "a", at: 1, marks: ["x", "y"] },
      { id: "b", at: null, marks: [] },
    ];
    expect(rowStatement("", columns).parameters(rows)).toEqual([
      ["a", "b"],
      [1, null],
      ['["x","y"]', "[]"],
    ]);
    expect(rowStatement("", columns).parameters([])).toEqual([[], [], []]);
  });

  it("refuses a hole that nothing fills, and leaves JSON alone", () => {
    expect(() => rowStatement("set {merges}", columns)).toThrow("Nothing fills the hole {merges} of the statement");
    expect(rowStatement("default '{}'", columns).text).toBe("default '{}'");
  });

  it("replaces every column but those that are kept", () => {
    expect(replaceColumns(columns, ["id"])).toBe("at = excluded.at, marks = excluded.marks");
  });
});
