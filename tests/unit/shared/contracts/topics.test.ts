import { expect, test } from "vitest";
import { deadLetterTopic, groupOf, laneTopic, type TopicName } from "#shared/contracts/topics.ts";

test.each<[TopicName, string, TopicName]>([
  ["comms.accepted", "BULK", "comms.accepted.bulk"],
  ["comms.accepted", "EXPRESS", "comms.accepted"],
  ["comms.accepted", "UNKNOWN", "comms.accepted"],
  ["comms.digest", "BULK", "comms.digest"],
  ["comms.accepted.bulk", "BULK", "comms.accepted.bulk"],
])("%s in lane %s is %s", (topic, lane, expected) => {
  expect(laneTopic(topic, lane)).toBe(expected);
});

test("a stage's group and dead-letter topic are named after it", () => {
  expect([groupOf("router"), deadLetterTopic("router")]).toEqual(["comms.router", "comms.router.dlq"]);
});
