import { expect, test } from "vitest";
import { shellLimits, sinkLimits, stageLimits } from "#shared/runtime/limits.ts";

test.each([
  { name: "a stage", processor: { kind: "stage" }, limits: stageLimits },
  { name: "a sink", processor: { kind: "sink" }, limits: sinkLimits },
] as const)("$name has its limits", ({ processor, limits }) => {
  expect(shellLimits(processor)).toEqual(limits);
});
