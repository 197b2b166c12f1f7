import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Accepted, Event } from "#shared/contracts/records.ts";
import { decideIntake } from "#shared/domain/event/decide-intake.ts";
import type { EventCatalog, EventEntry, EventSend } from "#shared/domain/event/event-entry.ts";
import type { IntakeContext } from "#shared/domain/event/intake-context.ts";
import { deriveEventId, deriveId } from "#shared/domain/message/id.ts";
import { anEvent, noon } from "#tests/support/policy/records.ts";
import { countRuns } from "#tests/support/run-count.ts";

const toBuyer: EventSend = {
  role: "buyer",
  template: "booking_confirmed_buyer",
  category: "booking",
  critical: false,
  channels: ["EMAIL", "PUSH", "SMS", "INAPP"],
  dedupeKey: "BOOKING:{booking_id}:{status}",
  cadence: null,
};
const toSeller: EventSend = {
  ...toBuyer,
  role: "seller",
  template: "booking_confirmed_seller",
  channels: ["EMAIL", "INAPP"],
};
const booking: EventEntry = {
  name: "booking.confirmed",
  family: "booking",
  category: "booking",
  payload: {},
  sends: [toBuyer, toSeller],
};

function catalogOf(entry: EventEntry = booking, issues: readonly string[] = []): EventCatalog {
  return { find: (name) => (name === entry.name ? entry : undefined), issues: () => issues };
}

function take(event: Event, over: Partial<IntakeContext> = {}) {
  return decideIntake(event, { catalog: catalogOf(), topic: "comms.events", now: noon, ...over });
}

function accepted(event: Event, over: Partial<IntakeContext> = {}): readonly Accepted[] {
  const intake = take(event, over);
  if (intake.kind === "rejected") throw new Error(intake.issues.join("; "));
  return intake.records;
}

/** So many of them in each other, around a 0. */
const deep = (count: number, open: string, close: string) => `${open.repeat(count)}0${close.repeat(count)}`;

interface LaneCase {
  readonly name: string;
  readonly event?: Partial<Event>;
  readonly context?: Partial<IntakeContext>;
  readonly send?: EventSend;
  readonly lane: Accepted["lane"];
}

const sending = (...sends: readonly EventSend[]) => ({ catalog: catalogOf({ ...booking, sends }) });

describe("intake: what it takes in [INT-02] [INT-03] [CAN-02] [RTR-02]", () => {
  test("given a booking, a record for the buyer and one for the seller", () => {
    const records = accepted(anEvent());
    expect(records.map(({ role, user_id, template_name }) => [role, user_id, template_name])).toEqual([
      ["buyer", "usr_buyer", "booking_confirmed_buyer"],
      ["seller", "usr_seller", "booking_confirmed_seller"],
    ]);
    expect(records[0]).toMatchObject({
      dedupe_key: "BOOKING:bk_7Q2M:confirmed",
      channels: ["EMAIL", "PUSH", "SMS", "INAPP"],
      lane: "EXPRESS",
      round: 0,
      template_version: null,
      msg_id: null,
    });
  });

  test("given no event_id, one is derived, and the records' from it", () => {
    const eventId = deriveEventId("default", "booking.confirmed", "bk_7Q2M");
    const [record] = accepted(anEvent());
    expect(record).toMatchObject({ event_id: eventId, correlation_id: eventId, causation_id: eventId });
    expect(record?.accepted_id).toBe(deriveId("accepted", eventId, "usr_buyer", "booking_confirmed_buyer"));
  });

  test("given an event_id and a correlation_id, they are kept", () => {
    const [record] = accepted(anEvent({ event_id: "evt_1", correlation_id: "req_1" }));
    expect(record).toMatchObject({ event_id: "evt_1", correlation_id: "req_1", causation_id: "evt_1" });
  });

  test("given two buyers, each is written to; given one person twice, once", () => {
    const actors = ["a", "b", "a"].map((user_id) => ({ role: "buyer", user_id }));
    expect(accepted(anEvent({ actors }), sending(toBuyer)).map(({ user_id }) => user_id)).toEqual(["a", "b"]);
  });

  test("given one person in two roles of one template, once; of two templates, twice", () => {
    const actors = ["buyer", "seller"].map((role) => ({ role, user_id: "usr_both" }));
    const same = accepted(anEvent({ actors }), sending(toBuyer, { ...toBuyer, role: "seller" }));
    expect(same.map(({ role }) => role)).toEqual(["buyer"]);
    expect(accepted(anEvent({ actors }))).toHaveLength(2);
  });

  test.each<LaneCase>([
    { name: "the express topic", lane: "EXPRESS" },
    { name: "the bulk topic", context: { topic: "comms.events.bulk" }, lane: "BULK" },
    { name: "LOW priority", event: { priority: "LOW" }, lane: "BULK" },
    { name: "HIGH priority", event: { priority: "HIGH" }, lane: "EXPRESS" },
    { name: "a promotion", send: { ...toBuyer, category: "promotions" }, lane: "BULK" },
  ])("given $name, the lane follows", (given) => {
    const { event = {}, context = {}, send = toBuyer, lane } = given;
    expect(accepted(anEvent(event), { ...sending(send), ...context })[0]?.lane).toBe(lane);
  });

  test("given an event that has expired already, it is accepted: the router ends it, with a decision that says so", () => {
    expect(accepted(anEvent({ expires_at: noon - 1 }))[0]?.expires_at).toBe(noon - 1);
  });

  test("given the catalog's category, it is no issue", () => {
    expect(accepted(anEvent({ category: "booking" }))).toHaveLength(2);
  });

  test("given the probe, it is taken like any other [INT-07]", () => {
    const probe: EventEntry = {
      ...booking,
      name: "comms.synthetic.probe",
      family: "synthetic",
      sends: [{ ...toBuyer, role: "synthetic" }],
    };
    const event = anEvent({ name: "comms.synthetic.probe", actors: [{ role: "synthetic", user_id: "probe" }] });
    expect(accepted(event, { catalog: catalogOf(probe) })).toHaveLength(1);
  });
});

describe("intake: what it refuses, with every fault [INT-02] [RTR-08]", () => {
  test.each<[string, Partial<Event>, string]>([
    ["no cause_ref", { cause_ref: "" }, "cause_ref is empty"],
    ["nobody in a role", { actors: [{ role: "buyer", user_id: "u" }] }, "actors has nobody in the role 'seller'"],
    ["another category", { category: "finance" }, "category is not the catalog's, 'booking'"],
    ["a payload that is no JSON", { payload: "{" }, "payload is not JSON"],
    [
      "a payload without what the key needs",
      { payload: '{"status":"confirmed"}' },
      "payload lacks 'booking_id', which the dedupe key needs",
    ],
    [
      "a dedupe key without end",
      { payload: JSON.stringify({ booking_id: "x".repeat(257), status: "s" }) },
      "the dedupe key is longer than 256 characters",
    ],
  ])("given %s", (_, over, issue) => {
    const intake = take(anEvent(over));
    expect(intake).toMatchObject({ kind: "rejected", reason: "COMMS_INVALID_EVENT" });
    expect(intake.kind === "rejected" && intake.issues).toContain(issue);
  });

  test("given several issues, it names all of them, the catalog's too", () => {
    const intake = take(anEvent({ cause_ref: "", category: "finance", actors: [] }), {
      catalog: catalogOf(booking, ["The payload lacks 'total'"]),
    });
    expect(intake).toEqual({
      kind: "rejected",
      reason: "COMMS_INVALID_EVENT",
      issues: [
        "cause_ref is empty",
        "actors has nobody in the role 'buyer'",
        "actors has nobody in the role 'seller'",
        "category is not the catalog's, 'booking'",
        "The payload lacks 'total'",
      ],
    });
  });

  test("given a name that the catalog has not, it is unknown, and the other issues are named beside it", () => {
    expect(take(anEvent({ name: "booking.confirmd", cause_ref: "" }))).toEqual({
      kind: "rejected",
      reason: "COMMS_UNKNOWN_EVENT",
      issues: ["the event catalog has no event of this name", "cause_ref is empty"],
    });
  });

  test("given a control character in the name, it is named beside the unknown name", () => {
    expect(take(anEvent({ name: "booking.confirmed\u0085" }))).toMatchObject({
      reason: "COMMS_UNKNOWN_EVENT",
      issues: [expect.anything(), "name has a control character or half a character in it"],
    });
  });

  test("given a payload above 256 KiB, it is too large", () => {
    const payload = JSON.stringify({ a: "x".repeat(262_144 - 7) });
    expect(take(anEvent({ payload }))).toMatchObject({ kind: "rejected", reason: "COMMS_PAYLOAD_TOO_LARGE" });
  });
});

describe("intake: what lies at its bounds is taken", () => {
  const fields = '"booking_id":"b","status":"s"';

  test.each<[string, Partial<Event>]>([
    ["a cause_ref of 256 bytes", { cause_ref: "é".repeat(128) }],
    ["the longest horizon", { expires_at: noon + 400 * 86_400_000 }],
    ["a payload 64 deep", { payload: `{${fields},"a":${deep(63, "[", "]")}}` }],
  ])("given %s", (_, over) => {
    expect(accepted(anEvent(over))).toHaveLength(2);
  });

  test("a payload times its recipients is 8 MiB at most", () => {
    const filled = (bytes: number) => `{${fields},"a":"${"x".repeat(bytes - fields.length - 9)}"}`;
    const people = Array.from({ length: 64 }, (_, i) => ({ role: "buyer", user_id: `u${i}` }));
    const filledEvent = (bytes: number) => anEvent({ actors: people, payload: filled(bytes) });
    expect(accepted(filledEvent(128 * 1024), sending(toBuyer))).toHaveLength(64);
    expect(take(filledEvent(128 * 1024 + 1), sending(toBuyer))).toEqual({
      kind: "rejected",
      reason: "COMMS_PAYLOAD_TOO_LARGE",
      issues: ["payload is larger than 8 MiB over all recipients; tell fewer in one event"],
    });
  });
});

describe("property: intake answers for all that an Event can hold", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }));
  const event: fc.Arbitrary<Event> = fc
    .record({
      event_id: fc.option(text),
      tenant_id: text,
      name: fc.oneof(fc.constant("booking.confirmed"), text),
      cause_ref: text,
      correlation_id: fc.option(text),
      occurred_at: fc.oneof(fc.constant(noon), fc.maxSafeInteger()),
      actors: fc.array(fc.record({ role: fc.oneof(fc.constantFrom("buyer", "seller"), text), user_id: text })),
      payload: fc.oneof(fc.json(), text, fc.constant('{"booking_id":"b","status":"s"}')),
      category: fc.option(text),
      priority: fc.constantFrom("UNKNOWN", "HIGH", "NORMAL", "LOW"),
      expires_at: fc.option(fc.maxSafeInteger()),
      send_at: fc.option(fc.maxSafeInteger()),
    })
    .map((over) => anEvent(over as Partial<Event>));
  /** A valid event with one field of the above, so that some are accepted. */
  const nearlyValid = fc
    .tuple(
      event,
      fc.constantFrom("event_id", "correlation_id", "priority", "expires_at", "send_at", "cause_ref", "actors"),
    )
    .map(([given, field]) =>
      anEvent({ payload: '{"booking_id":"b","status":"s"}', [field]: given[field as keyof Event] }),
    );

  test("it never throws, and a rejection has issues", () => {
    const accepted = countRuns();
    fc.assert(
      fc.property(fc.oneof(event, nearlyValid), (given) => {
        const intake = take(given);
        accepted.add(intake.kind === "accepted" && intake.records.length > 0);
        if (intake.kind === "rejected") expect(intake.issues.length).toBeGreaterThan(0);
        else expect(new Set(intake.records.map(({ accepted_id }) => accepted_id)).size).toBe(intake.records.length);
      }),
      { numRuns: 1_000 },
    );
    accepted.expectShare(0.1);
  });

  test("issues never repeat a value", () => {
    const canary = "canary-5f1e";
    const over = {
      tenant_id: `${canary}/`,
      cause_ref: canary.repeat(30),
      category: canary,
      payload: canary,
      name: "booking.confirmed",
    };
    expect(JSON.stringify(take(anEvent({ ...over, actors: [{ role: canary, user_id: "" }] })))).not.toContain(canary);
    expect(JSON.stringify(take(anEvent({ ...over, name: canary })))).not.toContain(canary);
  });
});
