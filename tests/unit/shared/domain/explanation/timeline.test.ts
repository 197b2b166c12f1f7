import { describe, expect, it } from "vitest";
import { timeLines, waitsOf } from "#shared/domain/explanation/timeline.ts";
import { anExplained, anExplainedDecision } from "./builders.ts";

const hour = 3_600_000;
const wait = anExplainedDecision({
  recordedAt: 1_000,
  gate: "quiet_hours",
  verdict: "defer",
  reason: "COMMS_QUIET_HOURS",
  dueAt: 8 * hour,
});

describe("where the time of a message went [RTR-08]", () => {
  it("has a line for each step, with the time since the one before, and the whole at the end", () => {
    const message = anExplained({
      occurredAt: 0,
      decisions: [anExplainedDecision({ recordedAt: 1_200 })],
      queuedAt: 1_300,
      sentAt: 1_900,
      deliveredAt: 63_900,
    });
    expect(timeLines(message, hour)).toEqual([
      "happened  1970-01-01T00:00:00Z",
      "decided   1970-01-01T00:00:01.200Z, 1.2 seconds later, by router: pass",
      "queued    1970-01-01T00:00:01.300Z, 100 milliseconds later",
      "sent      1970-01-01T00:00:01.900Z, 600 milliseconds later, by ses",
      "delivered 1970-01-01T00:01:03.900Z, 1 minute 2 seconds later",
      "in all    1 minute 3 seconds",
    ]);
  });

  it("says of a wait who decided it, why and until when, and counts on from its end", () => {
    const again = anExplainedDecision({ recordedAt: 8 * hour + 3_000 });
    const message = anExplained({ occurredAt: 0, decisions: [wait, again], sentAt: 8 * hour + 4_000, provider: null });
    expect(timeLines(message, 9 * hour)).toEqual([
      "happened  1970-01-01T00:00:00Z",
      "waited    1970-01-01T00:00:01Z, 1 second later, by router, gate quiet_hours: until 1970-01-01T08:00:00Z, 7 hours 59 minutes, it is the person's quiet hours; the message waits for their end (COMMS_QUIET_HOURS)",
      "decided   1970-01-01T08:00:03Z, 3 seconds later, by router: pass",
      "sent      1970-01-01T08:00:04Z, 1 second later",
      "in all    8 hours",
    ]);
  });

  it("counts from the decision if the wait ended early", () => {
    const again = anExplainedDecision({ recordedAt: 2_000 });
    expect(timeLines(anExplained({ decisions: [wait, again] }), hour)[1]).toBe(
      "decided   1970-01-01T00:00:02Z, 1 second later, by router: pass",
    );
  });

  it.each([
    ["queued", [anExplainedDecision()], "now       queued for 9 hours since the event"],
    ["scheduled", [{ ...wait, dueAt: 10 * hour }], "now       scheduled for 9 hours since the event"],
    [
      "scheduled",
      [wait],
      "now       scheduled for 9 hours since the event; its wait ended 1 hour ago, and nothing has decided it since",
    ],
  ])("of a message that is %s it says how long already", (status, decisions, line) => {
    expect(timeLines(anExplained({ status, occurredAt: 0, decisions }), 9 * hour).at(-1)).toBe(line);
  });

  it("has no line for a time that is not known, and no whole without both ends", () => {
    expect(timeLines(anExplained({ status: "dropped" }), hour)).toEqual([]);
    expect(timeLines(anExplained({ status: "sent", sentAt: 0 }), hour)).toEqual([
      "sent      1970-01-01T00:00:00Z, by ses",
    ]);
    const decisions = [anExplainedDecision({ verdict: "drop", reason: "COMMS_PREF_BLOCKED" })];
    expect(timeLines(anExplained({ status: "dropped", decisions }), hour)).toEqual([
      "decided   1970-01-01T00:00:00Z, by router: drop, this category is off for the person on this channel (COMMS_PREF_BLOCKED)",
    ]);
  });
});

describe("the waits of a message", () => {
  it("are the decisions that put it off to a time, and no digest", () => {
    const held = anExplainedDecision({
      stage: "sms-sender",
      recordedAt: 5,
      gate: "freshness",
      verdict: "hold",
      dueAt: 30_005,
    });
    const digested = anExplainedDecision({ verdict: "digest", dueAt: 1 });
    expect(waitsOf(anExplained({ decisions: [wait, digested, held, anExplainedDecision()] }))).toEqual([
      { stage: "router", gate: "quiet_hours", reason: "COMMS_QUIET_HOURS", from: 1_000, until: 8 * hour },
      { stage: "sms-sender", gate: "freshness", reason: null, from: 5, until: 30_005 },
    ]);
  });
});
