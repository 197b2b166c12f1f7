import { expect, test } from "vitest";
import { channelName } from "#shared/domain/message/channel.ts";

test.each([
  ["EMAIL", "email"],
  ["INAPP", "inapp"],
  ["UNKNOWN", "unknown"],
] as const)("%s is %s in labels and topics", (channel, name) => {
  expect(channelName(channel)).toBe(name);
});
