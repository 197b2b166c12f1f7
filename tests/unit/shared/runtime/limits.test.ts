import { expect, test } from "vitest";
import { shellLimits, sinkLimits, stageLimits } from "#shared/runtime/limits.ts";

test.each([
  { name: "a stage", processor: { kind: "stage" }, limits: stageLimits },
  { name: "a sink", processor: { kind: "sink" }, limits: sinkLimits },
  {
    name: "a sink of low latency, which waits for no other bytes,",
    processor: { kind: "sink", lowLatency: true },
    limits: { ...sinkLimits, fetchBytesMin: 1 },
  },
] as const)("$name has its limits", ({ processor, limits }) => {
  expect(shellLimits(processor)).toEqual(limits);
});
