import { describe, expect, it } from "vitest";
import { csvLine } from "#cli/csv.ts";

describe("a line of CSV", () => {
  it.each([
    [["a", "b"], "a,b\r\n"],
    [["a,b", 'say "no"', "two\nlines"], '"a,b","say ""no""","two\nlines"\r\n'],
    [["=1+1", "+1", "-1", "@sum", "\tx"], "'=1+1,'+1,'-1,'@sum,'\tx\r\n"],
    [["", " a"], ", a\r\n"],
  ])("holds %j", (values, line) => {
    expect(csvLine(values)).toBe(line);
  });
});
