import { describe, expect, test } from "vitest";
import { floorOf, reachedFrom, returnsAmong, type WalkImport } from "#tools/walk-graph.ts";

const value = (from: string, to: string): WalkImport => ({ from, to, isTypeOnly: false });
const type = (from: string, to: string): WalkImport => ({ from, to, isTypeOnly: true });

const router = "processors/router/processor.ts";
const gate = "processors/router/core/gate.ts";
const hours = "shared/domain/quiet-hours/hours.ts";
const shell = "shared/runtime/shell/shell.ts";

describe("the walk of an event", () => {
  test("follows imports of values through every file, and of types through none", () => {
    const imports = [value(router, gate), value(gate, hours), type(router, shell), value(hours, gate)];
    expect(reachedFrom([router], imports)).toEqual([router, gate, hours]);
  });

  test("names as a return each import that leads up a floor, of a type too", () => {
    const up = [type(hours, shell), value(hours, gate)];
    const imports = [value(router, gate), value(gate, hours), type(router, shell), ...up];
    expect(returnsAmong([router, gate, hours], imports)).toEqual(up);
  });

  test("looks at the files of the walk alone", () => {
    expect(returnsAmong([router], [type(hours, shell)])).toEqual([]);
  });

  test.each([
    ["shared/contracts/records.ts", "shared/domain/message/id.ts"],
    ["shared/domain/message/id.ts", "shared/platform/kafka/port.ts"],
    ["shared/platform/kafka/port.ts", "shared/state/views/views.ts"],
    ["shared/state/views/views.ts", shell],
    [shell, "shared/delivery/sender.ts"],
    ["shared/delivery/sender.ts", router],
    [router, "gateway/main.ts"],
  ])("%s stands below %s", (lower, upper) => {
    expect(floorOf(lower)).toBeLessThan(floorOf(upper));
  });

  test("refuses a file that stands nowhere", () => {
    expect(() => floorOf("attic/box.ts")).toThrow("attic/box.ts stands on no floor");
  });
});
