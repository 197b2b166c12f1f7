import { describe, expect, it } from "vitest";
import { project, projectedTopics } from "#processors/projector/core/project.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { aDecision, aFeedback, aRendered } from "./builders.ts";

function record(topic: TopicName, value: unknown, key = ""): DecodedRecord<unknown> {
  const origin = { topic, partition: 0, offset: 0, key: Buffer.from(key), value: null, headers: {}, timestamp: 0 };
  return { topic, value, origin };
}

/** How many rows a record gives, by table. */
function counts(one: DecodedRecord<unknown>): unknown {
  const projection = project(one);
  if (typeof projection === "string") return projection;
  return Object.fromEntries(
    Object.entries(projection).flatMap(([name, { length }]) => (length ? [[name, length]] : [])),
  );
}

describe("project", () => {
  it.each<[TopicName, unknown, unknown]>([
    ["comms.decisions", aDecision(), { messages: 1, decisions: 1 }],
    ["comms.rendered", aRendered(), { messages: 1 }],
    ["comms.feedback", aFeedback(), { messages: 1 }],
    ["comms.rejected", { rejected_id: "r" }, { rejections: 1 }],
  ])("%s: the rows of its tables", (topic, value, rows) => {
    expect(counts(record(topic, value))).toEqual(rows);
  });

  it("reads a tombstone of a suppression by its key, and no other tombstone", () => {
    expect(counts(record("comms.suppression", null, "acme/SMS/h/STOP/RECIPIENT/all"))).toEqual({ suppressions: 1 });
    for (const topic of projectedTopics.filter((one) => one !== "comms.suppression")) {
      expect(counts(record(topic, null)), topic).toEqual({});
    }
  });

  it.each<[string, DecodedRecord<unknown>]>([
    ["The channel is not one", record("comms.feedback", aFeedback({ channel: "UNKNOWN" }))],
    ["The verdict is not one", record("comms.decisions", aDecision({ verdict: "UNKNOWN" }))],
    ["The time of the decision", record("comms.decisions", aDecision({ recorded_at: 9e15 }))],
    ["The tombstone's key", record("comms.suppression", null, "nonsense")],
  ])("says why the tables cannot hold it: %s", (sentence, one) => {
    expect(project(one)).toContain(sentence);
  });
});
