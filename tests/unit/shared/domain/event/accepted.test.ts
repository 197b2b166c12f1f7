import { describe, expect, test } from "vitest";
import type { Accepted, Event } from "#shared/contracts/records.ts";
import { acceptedRecords } from "#shared/domain/event/accepted.ts";
import type { EventEntry, EventSend } from "#shared/domain/event/event-entry.ts";
import type { IntakeContext } from "#shared/domain/event/intake-context.ts";
import { deriveEventId } from "#shared/domain/message/id.ts";
import { anEvent, noon } from "#tests/support/policy/records.ts";

const toBuyer: EventSend = {
  role: "buyer",
  template: "note",
  category: "booking",
  critical: false,
  channels: ["EMAIL"],
  dedupeKey: "BOOKING:{booking_id}",
  cadence: null,
};

const variables = { booking_id: "bk_1" };

function accept(event: Event, sends: readonly EventSend[], context: Partial<IntakeContext> = {}) {
  const entry: EventEntry = { name: event.name, family: "booking", category: "booking", payload: {}, sends };
  const catalog = { find: () => entry, issues: () => [] };
  return acceptedRecords({ event, entry, variables }, { catalog, topic: "comms.events", now: noon, ...context });
}

function recordsOf(...args: Parameters<typeof accept>): readonly Accepted[] {
  const result = accept(...args);
  if ("issues" in result) throw new Error(result.issues.join());
  return result;
}

describe("the accepted records of an event", () => {
  test("are one for each person of a role and each template", () => {
    const actors = [
      { role: "buyer", user_id: "anna" },
      { role: "buyer", user_id: "ben" },
      { role: "seller", user_id: "cora" },
    ];
    const sends = [toBuyer, { ...toBuyer, role: "seller", template: "other" }];
    const records = recordsOf(anEvent({ actors }), sends);
    expect(records.map(({ user_id, template_name }) => `${user_id} ${template_name}`)).toEqual([
      "anna note",
      "ben note",
      "cora other",
    ]);
    expect(new Set(records.map(({ accepted_id }) => accepted_id)).size).toBe(3);
  });

  test("are one for a person in two roles of the same template, by the first of them", () => {
    const actors = [
      { role: "buyer", user_id: "anna" },
      { role: "seller", user_id: "anna" },
    ];
    const records = recordsOf(anEvent({ actors }), [toBuyer, { ...toBuyer, role: "seller" }]);
    expect(records.map(({ role }) => role)).toEqual(["buyer"]);
  });

  test.each([
    { name: "an ordinary event", lane: "EXPRESS", over: {}, category: "booking", topic: "comms.events" },
    { name: "priority LOW", lane: "BULK", over: { priority: "LOW" }, category: "booking", topic: "comms.events" },
    { name: "the bulk topic", lane: "BULK", over: {}, category: "booking", topic: "comms.events.bulk" },
    { name: "marketing", lane: "BULK", over: {}, category: "promotions", topic: "comms.events" },
  ] as const)("of $name travel in lane $lane", ({ lane, over, category, topic }) => {
    const [record] = recordsOf(anEvent(over), [{ ...toBuyer, category }], { topic });
    expect(record?.lane).toBe(lane);
  });

  test("take the ids that the producer did not give from what the event is about", () => {
    const [record] = recordsOf(anEvent({ event_id: null, correlation_id: null }), [toBuyer]);
    const derived = deriveEventId("default", "booking.confirmed", "bk_7Q2M");
    expect(record).toMatchObject({
      event_id: derived,
      correlation_id: derived,
      causation_id: derived,
      msg_id: null,
      round: 0,
    });
  });

  test("are none where a dedupe key lacks a variable or is too long, and every issue is named", () => {
    const lacking = { ...toBuyer, dedupeKey: "{nothing}:{neither}" };
    expect(accept(anEvent(), [lacking, toBuyer])).toEqual({
      issues: [
        "payload lacks 'nothing', which the dedupe key needs",
        "payload lacks 'neither', which the dedupe key needs",
      ],
    });
    const long = { ...toBuyer, dedupeKey: "x".repeat(300) };
    expect(accept(anEvent(), [long])).toEqual({ issues: ["the dedupe key is longer than 256 characters"] });
  });
});
