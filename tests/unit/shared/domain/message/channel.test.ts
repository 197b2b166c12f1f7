import { expect, test } from "vitest";
import { channelName, channelOf, channels } from "#shared/domain/message/channel.ts";

test("every channel has a name that gives it back", () => {
  expect(channels.map((channel) => channelOf(channelName(channel)))).toEqual(channels);
});

test.each(["", "fax", "unknown", "e-mail"])("%j is no channel", (name) => {
  expect(channelOf(name)).toBeUndefined();
});
