import { describe, expect, it } from "vitest";
import { readSource, writeSource } from "#shared/domain/books/source.ts";

const accepted = { topic: "comms.accepted", partition: 2, offset: 41 };
const event = { topic: "comms.events.bulk", partition: 3, offset: 17 };
const textOf = (headers: ReturnType<typeof writeSource>) => String(headers["comms-from"] ?? "");

describe("where a record comes from", () => {
  it("is said on what the projector reads and on accepted records, and nowhere else", () => {
    const carriers = ["comms.decisions", "comms.rendered", "comms.feedback", "comms.rejected", "comms.accepted.bulk"];
    for (const topic of carriers)
      expect([topic, textOf(writeSource(topic, event, {}))]).toEqual([topic, "comms.events.bulk/3/17"]);
    for (const topic of ["comms.routed", "comms.send.email", "comms.schedule", "comms.digest", "comms.suppression"]) {
      expect([topic, writeSource(topic, event, {})]).toEqual([topic, {}]);
    }
  });

  it("names the event too where an accepted record lies between, and no more than these two", () => {
    const onAccepted = writeSource("comms.accepted", event, {});
    const onDecision = writeSource("comms.decisions", accepted, onAccepted);
    expect(readSource(onDecision)).toEqual([accepted, event]);
    expect(readSource(writeSource("comms.decisions", accepted, onDecision))).toEqual([accepted, accepted]);
  });

  it("takes nothing from the headers of an event, which its producer chose", () => {
    const forged = { "comms-from": Buffer.from("comms.accepted/0/1") };
    expect(readSource(writeSource("comms.accepted", event, forged))).toEqual([event]);
    expect(readSource(writeSource("comms.rendered", { ...event, topic: "comms.routed" }, forged))).toEqual([
      { ...event, topic: "comms.routed" },
    ]);
  });

  it("is not said of a topic whose books nobody keeps", () => {
    expect(writeSource("comms.feedback", { ...event, topic: "comms.provider-events" }, {})).toEqual({});
  });

  it.each([
    "",
    "comms.accepted",
    "comms.accepted/1",
    "comms.flags/0/1",
    "comms.accepted/-1/2",
    "comms.accepted/1/2x",
    "a b c",
  ])("is nothing where the header says '%s'", (text) => {
    expect(readSource({ "comms-from": Buffer.from(text) })).toEqual([]);
  });

  it("is nothing without a header", () => {
    expect(readSource({})).toEqual([]);
  });
});
