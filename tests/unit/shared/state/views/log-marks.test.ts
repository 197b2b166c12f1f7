import { describe, expect, it } from "vitest";
import { unbroken } from "#shared/state/views/log-marks.ts";

const marks = [{ at: 1_000 }, { at: 6_000 }];

describe("marks of the log's ends", () => {
  it.each([
    ["stay while the last of them is three rounds old", 21_000, marks],
    ["are dropped once it is older: an outage lay between", 21_001, []],
  ])("%s", (_, now, left) => {
    expect(unbroken(marks, now, 5_000)).toEqual(left);
  });

  it("begin with none", () => {
    expect(unbroken([], 5_000, 5_000)).toEqual([]);
  });
});
