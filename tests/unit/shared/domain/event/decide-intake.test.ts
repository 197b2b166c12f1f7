import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Accepted, Event } from "#shared/contracts/records.ts";
import { decideIntake } from "#shared/domain/event/decide-intake.ts";
import type { EventCatalog, EventEntry, EventSend } from "#shared/domain/event/event-entry.ts";
import type { IntakeContext } from "#shared/domain/event/intake-context.ts";
import { deriveEventId, deriveId } from "#shared/domain/message/id.ts";
import { anEvent, noon } from "#tests/support/policy/records.ts";

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

function catalogOf(entry: EventEntry = booking, faults: readonly string[] = []): EventCatalog {
  return { find: (name) => (name === entry.name ? entry : undefined), issues: () => faults };
}

function take(event: Event, over: Partial<IntakeContext> = {}) {
  return decideIntake(event, { catalog: catalogOf(), topic: "comms.events", now: noon, ...over });
}

function accepted(event: Event, over: Partial<IntakeContext> = {}): readonly Accepted[] {
  const intake = take(event, over);
  if (intake.kind === "rejected") throw new Error(intake.faults.join("; "));
  return intake.records;
}

/** So many of them in each other, around a 0. */
const deep = (count: number, open: string, close: string) => `${open.repeat(count)}0${close.repeat(count)}`;

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

  test.each([
    ["the express topic", {}, {}, toBuyer, "EXPRESS"],
    ["the bulk topic", {}, { topic: "comms.events.bulk" }, toBuyer, "BULK"],
    ["LOW priority", { priority: "LOW" }, {}, toBuyer, "BULK"],
    ["HIGH priority", { priority: "HIGH" }, {}, toBuyer, "EXPRESS"],
    ["a promotion", {}, {}, { ...toBuyer, category: "promotions" }, "BULK"],
  ] as const)("given %s, the lane follows", (_, event, context, send, lane) => {
    expect(accepted(anEvent(event), { ...sending(send), ...context })[0]?.lane).toBe(lane);
  });

  test("given an event that has expired already, it is accepted: the router ends it, with a decision that says so", () => {
    expect(accepted(anEvent({ expires_at: noon - 1 }))[0]?.expires_at).toBe(noon - 1);
  });

  test("given the catalog's category, it is no fault", () => {
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
  const long = "x".repeat(257);
  const year = 365 * 86_400_000;
  const tenantFault = "tenant_id is not 1 to 64 of the characters A-Z a-z 0-9 . _ -";
  const controlFault = "has a control character or half a character in it";

  test.each<[string, Partial<Event>, string]>([
    ["no tenant", { tenant_id: " " }, "tenant_id is empty"],
    ["a slash in the tenant", { tenant_id: "a/b" }, tenantFault],
    ["a colon in the tenant", { tenant_id: "a:b" }, tenantFault],
    ["a NUL in the tenant", { tenant_id: "t\0" }, tenantFault],
    ["a line break behind the tenant", { tenant_id: "t\n" }, tenantFault],
    ["a long tenant", { tenant_id: "a".repeat(65) }, tenantFault],
    ["a NUL in the cause_ref", { cause_ref: "c\0" }, `cause_ref ${controlFault}`],
    ["a line break in the event_id", { event_id: "e\nf" }, `event_id ${controlFault}`],
    ["an escape in the correlation_id", { correlation_id: "\u001b[2J" }, `correlation_id ${controlFault}`],
    ["half a character in the cause_ref", { cause_ref: "\ud800" }, `cause_ref ${controlFault}`],
    ["a NUL in a person", { actors: [{ role: "buyer", user_id: "a\0b" }] }, `actors[0].user_id ${controlFault}`],
    ["a NUL in a role", { actors: [{ role: "buyer\0", user_id: "a" }] }, `actors[0].role ${controlFault}`],
    [
      "few characters and many bytes in a person",
      { actors: [{ role: "buyer", user_id: "漢".repeat(86) }] },
      "actors[0].user_id is longer than 256 bytes",
    ],
    ["no cause_ref", { cause_ref: "" }, "cause_ref is empty"],
    ["a long cause_ref", { cause_ref: long }, "cause_ref is longer than 256 bytes"],
    ["an empty event_id", { event_id: "" }, "event_id is empty"],
    ["an empty correlation_id", { correlation_id: "" }, "correlation_id is empty"],
    ["nobody in a role", { actors: [{ role: "buyer", user_id: "u" }] }, "actors has nobody in the role 'seller'"],
    [
      "somebody without a name",
      { actors: [...anEvent().actors, { role: "buyer", user_id: "" }] },
      "actors[2].user_id is empty",
    ],
    [
      "somebody without a role",
      { actors: [...anEvent().actors, { role: "", user_id: "u" }] },
      "actors[2].role is empty",
    ],
    [
      "a crowd",
      { actors: Array.from({ length: 1_001 }, () => ({ role: "buyer", user_id: "u" })) },
      "actors has more than 1000 people",
    ],
    ["another category", { category: "finance" }, "category is not the catalog's, 'booking'"],
    [
      "a time in seconds",
      { occurred_at: Math.floor(noon / 1_000) },
      "occurred_at is before the year 2000; it is in milliseconds",
    ],
    [
      "a time in microseconds",
      { occurred_at: noon * 1_000 },
      "occurred_at is more than a day ahead; it is in milliseconds",
    ],
    [
      "an end in seconds",
      { expires_at: Math.floor(noon / 1_000) },
      "expires_at is before the year 2000; it is in milliseconds",
    ],
    [
      "an end that no calendar has",
      { expires_at: Number.MIN_SAFE_INTEGER },
      "expires_at is before the year 2000; it is in milliseconds",
    ],
    ["a horizon beyond the store's", { expires_at: noon + 2 * year }, "expires_at is more than 400 days ahead"],
    ["a payload that is no JSON", { payload: "{" }, "payload is not JSON"],
    ["a payload that is a list", { payload: "[]" }, "payload is not a JSON object"],
    ["a payload with U+0000 in a text", { payload: '{"a":["x\\u0000"]}' }, "payload has the character U+0000 in it"],
    ["a payload with U+0000 in a key", { payload: '{"a\\u0000":1}' }, "payload has the character U+0000 in it"],
    ["a payload with half a character", { payload: '{"a":"\\ud800"}' }, "payload has half a surrogate pair in it"],
    ["a payload too deep in objects", { payload: deep(65, '{"a":', "}") }, "payload is nested too deep"],
    ["a payload too deep in lists", { payload: `{"a":${deep(60_000, "[", "]")}}` }, "payload is nested too deep"],
    ["a payload with an infinite number", { payload: '{"a":1e999}' }, "payload has a number that is out of range"],
    ["a payload with a vanishing number", { payload: '{"a":1e-20000}' }, "payload has a number that is out of range"],
    [
      "a payload with a number that fills a page",
      { payload: `{"a":0.${"0".repeat(20_000)}1}` },
      "payload has a number that is out of range",
    ],
    [
      "a payload without what the key needs",
      { payload: '{"status":"confirmed"}' },
      "payload lacks 'booking_id', which the dedupe key needs",
    ],
    [
      "a dedupe key without end",
      { payload: JSON.stringify({ booking_id: long, status: "s" }) },
      "the dedupe key is longer than 256 characters",
    ],
  ])("given %s", (_, over, fault) => {
    const intake = take(anEvent(over));
    expect(intake).toMatchObject({ kind: "rejected", reason: "COMMS_INVALID_EVENT" });
    expect(intake.kind === "rejected" && intake.faults).toContain(fault);
  });

  test("given several faults, it tells all of them, the catalog's too", () => {
    const intake = take(anEvent({ cause_ref: "", category: "finance", actors: [] }), {
      catalog: catalogOf(booking, ["The payload lacks 'total'"]),
    });
    expect(intake).toEqual({
      kind: "rejected",
      reason: "COMMS_INVALID_EVENT",
      faults: [
        "cause_ref is empty",
        "actors has nobody in the role 'buyer'",
        "actors has nobody in the role 'seller'",
        "category is not the catalog's, 'booking'",
        "The payload lacks 'total'",
      ],
    });
  });

  test("given a name that the catalog has not, it is unknown, and the other faults are told beside it", () => {
    expect(take(anEvent({ name: "booking.confirmd", cause_ref: "" }))).toEqual({
      kind: "rejected",
      reason: "COMMS_UNKNOWN_EVENT",
      faults: ["the event catalog has no event of this name", "cause_ref is empty"],
    });
  });

  test("given a control character in the name, it is told beside the name being unknown", () => {
    expect(take(anEvent({ name: "booking.confirmed\u0085" }))).toMatchObject({
      reason: "COMMS_UNKNOWN_EVENT",
      faults: [expect.anything(), "name has a control character or half a character in it"],
    });
  });

  test.each([
    ["256 KiB", JSON.stringify({ a: "x".repeat(262_144 - 8) }), "COMMS_INVALID_EVENT"],
    ["a byte more", JSON.stringify({ a: "x".repeat(262_144 - 7) }), "COMMS_PAYLOAD_TOO_LARGE"],
    ["fewer characters and more bytes", JSON.stringify({ a: "€".repeat(100_000) }), "COMMS_PAYLOAD_TOO_LARGE"],
  ])("given a payload of %s", (_, payload, reason) => {
    expect(take(anEvent({ payload }))).toMatchObject({ kind: "rejected", reason });
  });

  test("the longest horizon is still taken", () => {
    expect(accepted(anEvent({ expires_at: noon + 400 * 86_400_000 }))).toHaveLength(2);
  });
});

describe("intake: what lies at its bounds is taken", () => {
  const fields = '"booking_id":"b","status":"s"';

  test.each<[string, Partial<Event>]>([
    ["a tenant of 64 characters", { tenant_id: `Az09._-${"a".repeat(57)}` }],
    ["a cause_ref of 256 bytes", { cause_ref: "é".repeat(128) }],
    ["a payload 64 deep", { payload: `{${fields},"a":${deep(63, "[", "]")}}` }],
    ["the text of an escape", { payload: `{${fields},"a":"\\\\u0000"}` }],
    ["a text that reads like an immense number", { payload: `{${fields},"a":"\\"0a1e-4567-${"9".repeat(400)}"}` }],
    ["a character of two units", { payload: `{${fields},"a":"\\ud83d\\ude00"}` }],
  ])("given %s", (_, over) => {
    expect(accepted(anEvent(over))).toHaveLength(2);
  });

  test("a payload times its recipients is 8 MiB at most", () => {
    const filled = (bytes: number) => `{${fields},"a":"${"x".repeat(bytes - fields.length - 9)}"}`;
    const people = Array.from({ length: 64 }, (_, i) => ({ role: "buyer", user_id: `u${i}` }));
    const told = (bytes: number) => anEvent({ actors: people, payload: filled(bytes) });
    expect(accepted(told(128 * 1024), sending(toBuyer))).toHaveLength(64);
    expect(take(told(128 * 1024 + 1), sending(toBuyer))).toEqual({
      kind: "rejected",
      reason: "COMMS_PAYLOAD_TOO_LARGE",
      faults: ["payload is larger than 8 MiB over all recipients; tell fewer in one event"],
    });
  });
});

describe("property: intake answers for whatever an Event can hold", () => {
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
    })
    .map((over) => anEvent(over as Partial<Event>));

  test("it never throws, and a refusal has faults", () => {
    fc.assert(
      fc.property(event, (given) => {
        const intake = take(given);
        if (intake.kind === "rejected") expect(intake.faults.length).toBeGreaterThan(0);
        else expect(new Set(intake.records.map(({ accepted_id }) => accepted_id)).size).toBe(intake.records.length);
      }),
      { numRuns: 1_000 },
    );
  });

  test("faults never repeat a value", () => {
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
