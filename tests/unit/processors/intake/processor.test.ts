import { describe, expect, test } from "vitest";
import { loadEventCatalog, readEventFiles } from "#catalog/event-catalog.ts";
import { createIntake } from "#processors/intake/processor.ts";
import type { Event } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { anEvent, noon } from "#tests/support/policy/records.ts";
import { outputsOf, written } from "#tests/support/policy/router.ts";

const catalog = loadEventCatalog();
const intake = createIntake({ catalog });
const events = readEventFiles(`${import.meta.dirname}/../../../../catalog/events`).map(({ content }) => content);
const bookingExample = events.find(({ name }) => name === "booking.confirmed")?.example;
const bytes = Buffer.from("as it came");

const originOf = (topic: string) => ({
  topic: `pre.${topic}`,
  partition: 2,
  offset: 41,
  key: null,
  value: bytes,
  headers: {},
  timestamp: noon,
});

function run(value: Event, topic: "comms.events" | "comms.events.bulk" = "comms.events", came = bytes): Outcome {
  const origin = { ...originOf(topic), value: came };
  return intake.decide({ value, origin, topic }, null, noon) as Outcome;
}

describe("when an event came", () => {
  test.each([
    ["the timestamp of its record", -5_000, noon - 5_000],
    ["no later than now, where the producer's clock is ahead", 5_000, noon],
    ["no earlier than 1970, where its record has a time in no calendar", -9e15, 0],
  ])("an event came at %s", (_, ahead, receivedAt) => {
    const origin = { ...originOf("comms.events"), timestamp: noon + ahead };
    const outcome = intake.decide(
      { value: anEvent({ payload: JSON.stringify(bookingExample) }), origin, topic: "comms.events" },
      null,
      noon,
    );
    const records = written(outcome as Outcome, "comms.accepted");
    expect(records.map(({ received_at }) => received_at)).toEqual([receivedAt, receivedAt]);
  });
});

describe("intake over Kafka [INT-02] [INT-03]", () => {
  test.each(events)("given the catalog's example of $name, it is accepted for each role [INT-07]", (content) => {
    const actors = content.sends.map(({ role }) => ({ role, user_id: `usr_${role}` }));
    const outcome = run(anEvent({ name: content.name, actors, payload: JSON.stringify(content.example) }));
    expect(outcome.kind).toBe("emit");
    expect(outputsOf(outcome)).toHaveLength(content.sends.length);
    expect(outputsOf(outcome).map(({ key }) => key)).toEqual(content.sends.map(({ role }) => `default/usr_${role}`));
  });

  test("given the bulk topic, the records go to its twin", () => {
    const content = events.find(({ name }) => name === "payment.charged");
    const event = anEvent({
      name: "payment.charged",
      actors: [{ role: "buyer", user_id: "u" }],
      payload: JSON.stringify(content?.example),
    });
    expect(outputsOf(run(event)).map(({ topic }) => topic)).toEqual(["comms.accepted"]);
    expect(outputsOf(run(event, "comms.events.bulk")).map(({ topic }) => topic)).toEqual(["comms.accepted.bulk"]);
  });

  test("given a bad event, it is written to comms.rejected with its bytes, and is no poison", () => {
    const outcome = run(anEvent({ payload: "{}" }));
    const rejectedId = deriveId("rejected", "comms.events", 2, 41);
    expect(outcome).toMatchObject({ kind: "drop", reason: "COMMS_INVALID_EVENT" });
    expect(outputsOf(outcome).map(({ topic, key }) => [topic, key])).toEqual([["comms.rejected", rejectedId]]);
    const [rejected] = written(outcome, "comms.rejected");
    expect(rejected).toMatchObject({
      rejected_id: rejectedId,
      event_name: "booking.confirmed",
      source_topic: "comms.events",
      source_partition: 2,
      source_offset: 41,
      original: bytes,
    });
    expect(rejected?.faults).toContain("The payload lacks 'booking_id'");
  });

  test("given an event as large as its topic takes, its rejection is smaller", () => {
    const text = "漢".repeat(1_000);
    const actors = Array.from({ length: 1_000 }, () => ({ role: "", user_id: "" }));
    const value = anEvent({ name: text, tenant_id: text, cause_ref: text, actors });
    const [rejected] = written(run(value, "comms.events", Buffer.alloc(1024 * 1024, "x")), "comms.rejected");
    expect(rejected).toMatchObject({
      tenant_id: "漢".repeat(256),
      event_name: "漢".repeat(256),
      cause_ref: "漢".repeat(256),
    });
    // Compared here: the difference of two such buffers takes minutes to print.
    expect(rejected?.original.equals(Buffer.alloc(512 * 1024, "x"))).toBe(true);
    expect(rejected?.faults.slice(49)).toEqual([expect.stringContaining("actors"), "and 1954 more"]);
  });

  test("given ids that PostgreSQL refuses, they are written without what it refuses", () => {
    const event = anEvent({ name: "a\0b", tenant_id: "\0", cause_ref: `${"c".repeat(255)}\u{1f600}` });
    expect(written(run(event), "comms.rejected")[0]).toMatchObject({
      tenant_id: "\ufffd",
      event_name: "a\ufffdb",
      cause_ref: `${"c".repeat(255)}\ufffd`,
    });
    expect(written(run(anEvent({ tenant_id: "" })), "comms.rejected")[0]?.tenant_id).toBe("default");
  });

  test("given a payload key that says too much, the fault is cut", () => {
    const payload = JSON.stringify({ [`\u0007${"k".repeat(100_000)}`]: 1 });
    const [rejected] = written(run(anEvent({ payload })), "comms.rejected");
    expect(rejected?.faults.filter((fault) => fault.length > 256 || fault.includes("\u0007"))).toEqual([]);
  });

  test("given the same record again, the same outputs", () => {
    expect(run(anEvent({ payload: "{}" }))).toEqual(run(anEvent({ payload: "{}" })));
  });
});

describe("a schema that no release has marked", () => {
  test("given a record of a schema that nobody has released, it is rejected with the sentence that names it", () => {
    const origin = { ...originOf("comms.events"), key: Buffer.from("acme/bk/1") };
    const outcome = intake.rejectForeign?.(
      { origin, topic: "comms.events" },
      "The schema with the id 7 is foreign",
      noon,
    );
    expect(outcome).toMatchObject({ kind: "drop", reason: "COMMS_INVALID_EVENT" });
    const [rejected] = written(outcome as Outcome, "comms.rejected");
    expect(rejected).toMatchObject({ tenant_id: "acme", cause_ref: "bk/1", event_name: "", original: bytes });
    expect(rejected).toMatchObject({ faults: ["The schema with the id 7 is foreign"], source_offset: 41 });
  });
});
