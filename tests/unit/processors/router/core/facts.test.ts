import { expect, test } from "vitest";
import { channelsToLookAt } from "#processors/router/core/facts.ts";
import type { Channel } from "#shared/contracts/records.ts";

test.each<[string, readonly Channel[], boolean, readonly Channel[]]>([
  ["each channel once", ["PUSH", "EMAIL", "PUSH"], false, ["PUSH", "EMAIL"]],
  ["no fallback for a text that is not critical", ["SMS"], false, ["SMS"]],
  ["the fallback of a critical text", ["SMS"], true, ["SMS", "EMAIL", "INAPP"]],
  ["no fallback for a critical push", ["PUSH"], true, ["PUSH"]],
])("looks at %s", (...[, channels, critical, expected]) => {
  expect(channelsToLookAt({ channels: [...channels], critical })).toEqual(expected);
});
