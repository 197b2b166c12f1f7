import { describe, expect, it } from "vitest";
import { missingEnds, type RunRecords, recordsOfRun, sentIds, tally } from "#cli/demo/tally.ts";
import type { Accepted, Decision, Event, Feedback, Rejected } from "#shared/contracts/records.ts";
import { deriveEventId } from "#shared/domain/message/id.ts";

const event = (causeRef: string): Event =>
  ({ event_id: null, tenant_id: "default", name: "booking.confirmed", cause_ref: causeRef }) as Event;
const accepted = (id: string, round = 0): Accepted => ({ accepted_id: id, round }) as Accepted;
const decision = (msg: string, of: string, facts: Pick<Decision, "verdict"> & Partial<Decision>): Decision =>
  ({
    msg_id: msg,
    causation_id: of,
    reason: null,
    recorded_at: 1,
    stage: "router",
    channel: "EMAIL",
    ...facts,
  }) as Decision;
const feedback = (msg: string, status: Feedback["status"], origin: Feedback["origin"] = "SENDER"): Feedback =>
  ({ msg_id: msg, status, origin, channel: "EMAIL", reason: null }) as Feedback;
const nothing: RunRecords = { events: [], accepted: [], decisions: [], feedback: [], rejected: [], deadLetters: [] };

describe("the records of a run", () => {
  it("are those of its people: a message that an interrupted run left under way is not counted", () => {
    const of = <T extends object>(record: T, user_id: string): T => ({ ...record, user_id });
    const eventFor = (causeRef: string, user_id: string) => ({
      ...event(causeRef),
      actors: [{ role: "buyer", user_id }],
    });
    const rejected = (cause_ref: string) => ({ cause_ref }) as Rejected;
    const seen: RunRecords = {
      events: [eventFor("1", "anna-new"), eventFor("2", "anna-old")],
      accepted: [of(accepted("a"), "anna-new"), of(accepted("b"), "anna-old")],
      decisions: [
        of(decision("m", "a", { verdict: "PASS" }), "anna-new"),
        of(decision("n", "b", { verdict: "PASS" }), "anna-old"),
      ],
      feedback: [of(feedback("m", "SENT"), "anna-new"), of(feedback("n", "SENT"), "anna-old")],
      rejected: [rejected("1"), rejected("2")],
      deadLetters: [],
    };
    const own = recordsOfRun(seen, new Set(["anna-new"]));
    expect(tally(seen).messages).toBe(2);
    expect(tally(own)).toMatchObject({ events: 1, messages: 1, sent: { email: 1 }, in_flight: 0 });
    expect([...(sentIds(own).get("email") ?? [])]).toEqual(["m"]);
    expect(own.rejected).toEqual([rejected("1")]);
  });
});

describe("tally of a run", () => {
  it("counts each message once, however often it was reported", () => {
    const counts = tally({
      ...nothing,
      events: [event("1"), event("1")],
      accepted: [accepted("a"), accepted("a")],
      decisions: [
        decision("m", "a", { verdict: "PASS" }),
        decision("m", "a", { verdict: "PASS" }),
        decision("m", "s", { verdict: "DROP", reason: "COMMS_ALREADY_SENT", recorded_at: 5, stage: "email-sender" }),
      ],
      feedback: [feedback("m", "SENT"), feedback("m", "SENT")],
    });
    expect(counts).toMatchObject({ events: 1, messages: 1, sent: { email: 1 }, in_flight: 0 });
  });

  it.each([
    ["blocked", "DROP", "COMMS_SUPPRESSED", { blocked: { COMMS_SUPPRESSED: 1 } }],
    ["expired", "DROP", "COMMS_EXPIRED", { expired: 1 }],
    ["deferred", "DEFER", "COMMS_QUIET_HOURS", { deferred: 1 }],
    ["digested", "DIGEST", "COMMS_DIGESTED", { digested: 1 }],
    ["in flight", "PASS", null, { in_flight: 1 }],
  ] as const)("a message may end %s", (...[, verdict, reason, counted]) => {
    const counts = tally({
      ...nothing,
      accepted: [accepted("a")],
      decisions: [decision("m", "a", { verdict, reason })],
    });
    expect(counts).toMatchObject({ messages: 1, ...counted });
  });

  it("takes a person's record that nobody has decided on for one in flight", () => {
    expect(tally({ ...nothing, accepted: [accepted("a")] })).toMatchObject({ messages: 1, in_flight: 1 });
  });

  it("follows a message through its deferral to its end", () => {
    const counts = tally({
      ...nothing,
      accepted: [accepted("a"), accepted("a1", 1)],
      decisions: [
        decision("m", "a", { verdict: "DEFER", reason: "COMMS_QUIET_HOURS" }),
        decision("m", "a1", { verdict: "PASS", recorded_at: 2 }),
      ],
      feedback: [feedback("m", "SENT")],
    });
    expect(counts).toMatchObject({ messages: 1, sent: { email: 1 }, deferred: 0 });
  });

  it("counts what a sender refused, and what it could not send", () => {
    const passed = (n: string) => [accepted(n), decision(`m${n}`, n, { verdict: "PASS" })] as const;
    const counts = tally({
      ...nothing,
      accepted: [passed("1")[0], passed("2")[0]],
      decisions: [
        passed("1")[1],
        passed("2")[1],
        decision("m1", "x", { verdict: "DROP", reason: "COMMS_SUPPRESSED", recorded_at: 9, stage: "email-sender" }),
      ],
      feedback: [feedback("m2", "FAILED")],
    });
    expect(counts).toMatchObject({ messages: 2, blocked: { COMMS_SUPPRESSED: 1 }, failed: 1, in_flight: 0 });
  });

  it("does not let a report of the provider alone make a message sent", () => {
    const counts = tally({
      ...nothing,
      accepted: [accepted("a")],
      decisions: [decision("m", "a", { verdict: "PASS" })],
      feedback: [feedback("m", "DELIVERED", "PROVIDER")],
    });
    expect(counts.in_flight).toBe(1);
  });
});

describe("what the topics do not account for", () => {
  const told = deriveEventId("default", "booking.confirmed", "1");

  it("is nothing when every event was accepted or rejected", () => {
    const rejected = { tenant_id: "default", event_name: "booking.confirmed", cause_ref: "2" } as Rejected;
    const records = { ...nothing, events: [event("1"), event("2")], rejected: [rejected] };
    expect(missingEnds({ ...records, accepted: [{ ...accepted("a"), event_id: told }] })).toEqual([]);
  });

  it("names an event that led to nothing", () => {
    expect(missingEnds({ ...nothing, events: [event("1")] })).toEqual([
      "booking.confirmed 1 was neither accepted nor rejected",
    ]);
  });

  it("names every record that was set aside", () => {
    expect(missingEnds({ ...nothing, deadLetters: ["comms.router.dlq"] })).toEqual([
      "A record lies in comms.router.dlq",
    ]);
  });
});

describe("what our senders say they sent", () => {
  it("is by message, and not by how often it was reported or who else confirms it", () => {
    const reports = [
      feedback("m", "SENT"),
      feedback("m", "SENT"),
      feedback("n", "DELIVERED", "PROVIDER"),
      feedback("o", "FAILED"),
    ];
    expect([...(sentIds({ ...nothing, feedback: reports }).get("email") ?? [])]).toEqual(["m"]);
  });
});
