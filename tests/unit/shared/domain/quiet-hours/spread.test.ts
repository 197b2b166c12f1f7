import { expect, test } from "vitest";
import { spreadMsMax, spreadOf } from "#shared/domain/quiet-hours/spread.ts";

test("people are spread evenly over ten minutes, each at the same time every day", () => {
  const minutes = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 10_000; i++) {
    const spread = spreadOf(`usr_${i}`);
    expect(spread).toBe(spreadOf(`usr_${i}`));
    expect(spread).toBeGreaterThanOrEqual(0);
    expect(spread).toBeLessThanOrEqual(spreadMsMax);
    const minute = Math.min(9, Math.floor(spread / 60_000));
    minutes[minute] = (minutes[minute] ?? 0) + 1;
  }
  expect(Math.min(...minutes)).toBeGreaterThan(850);
  expect(Math.max(...minutes)).toBeLessThan(1_150);
});
