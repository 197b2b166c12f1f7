import { describe, expect, test } from "vitest";
import { type EventBody, eventBody } from "#gateway/public/events/body.ts";
import { eventKey, eventOf, topicOf } from "#gateway/public/events/event.ts";
import { deriveEventId } from "#shared/domain/message/id.ts";

const now = Date.UTC(2027, 0, 5);
const origin = { tenantId: "default", now };
const body = (more: Partial<EventBody> = {}): EventBody =>
  eventBody.parse({ name: "booking.confirmed", actors: [], cause_ref: "bk-1", payload: { a: 1 }, ...more });

describe("the event of a body", () => {
  test("takes what is left out from the request's time and the event itself", () => {
    expect(eventOf(body(), origin)).toEqual({
      event_id: deriveEventId("default", "booking.confirmed", "bk-1"),
      tenant_id: "default",
      name: "booking.confirmed",
      source: "http",
      cause_ref: "bk-1",
      correlation_id: null,
      occurred_at: now,
      actors: [],
      payload: '{"a":1}',
      category: null,
      priority: "NORMAL",
      expires_at: null,
      send_at: null,
    });
  });

  test.each([
    [1_800_000_000_000, 1_800_000_000_000],
    ["2027-01-15T08:00:00Z", 1_800_000_000_000],
    ["2027-01-15T09:00:00+01:00", 1_800_000_000_000],
  ])("reads the time %s", (time, instant) => {
    expect(eventOf(body({ occurred_at: time, expires_at: time, send_at: time }), origin)).toMatchObject({
      occurred_at: instant,
      expires_at: instant,
      send_at: instant,
    });
  });

  test("is of the tenant of its origin, whatever it says itself", () => {
    const event = eventOf(body({ tenant_id: "other" }), { ...origin, tenantId: "acme" });
    expect([event.tenant_id, event.event_id]).toEqual(["acme", deriveEventId("acme", "booking.confirmed", "bk-1")]);
  });

  test("keeps an id that the producer gave", () => {
    expect(eventOf(body({ event_id: "e-1" }), origin).event_id).toBe("e-1");
  });
});

describe("the topic and key of an event", () => {
  test.each([
    ["HIGH", "comms.events"],
    ["NORMAL", "comms.events"],
    ["LOW", "comms.events.bulk"],
  ] as const)("%s goes to %s", (priority, topic) => expect(topicOf({ priority })).toBe(topic));

  test("the key is the tenant and the cause", () => {
    expect(eventKey({ tenant_id: "acme", cause_ref: "bk-1" })).toBe("acme/bk-1");
  });
});
