import { describe, expect, it } from "vitest";
import { type ExplainedMessage, gateLines, sentence } from "#shared/domain/explanation/explain.ts";

const message: ExplainedMessage = {
  msgId: "m",
  channel: "email",
  template: "booking_confirmed_buyer",
  version: 1,
  locale: "en-US",
  status: "delivered",
  reason: null,
  dueAt: null,
  provider: "ses",
  providerRef: "r",
  attempts: 1,
  causeEvent: "booking.confirmed",
  causeRef: "bk_1",
  createdAt: 0,
  decisions: [],
};

describe("the sentence that explains a message [RTR-08]", () => {
  it.each([
    [{}, "The email booking_confirmed_buyer for bk_1 was delivered by ses."],
    [{ status: "sent" }, "The email booking_confirmed_buyer for bk_1 was taken by ses; no feedback has come since."],
    [
      { status: "suppressed", reason: "COMMS_SUPPRESSED" },
      "The email booking_confirmed_buyer for bk_1 was not sent: the address is on the suppression list (COMMS_SUPPRESSED).",
    ],
    [
      { status: "scheduled", reason: "COMMS_QUIET_HOURS", dueAt: Date.UTC(2026, 0, 2, 8, 1) },
      "The email booking_confirmed_buyer for bk_1 waits until 2026-01-02T08:01:00Z: it is the person's quiet hours; the message waits for their end (COMMS_QUIET_HOURS).",
    ],
    [{ status: "queued" }, "The email booking_confirmed_buyer for bk_1 is on its way to the sender."],
    [
      {
        status: "queued",
        decisions: [
          { stage: "email-sender", recordedAt: 2, verdict: "DEFER", reason: "COMMS_PROVIDER_UNAVAILABLE", trace: [] },
          { stage: "router", recordedAt: 1, verdict: "PASS", reason: null, trace: [] },
        ],
      },
      "The email booking_confirmed_buyer for bk_1 waits to be tried again by email-sender: the provider could not be reached (COMMS_PROVIDER_UNAVAILABLE).",
    ],
    [
      {
        status: "queued",
        decisions: [
          { stage: "router", recordedAt: 1, verdict: "DEFER", reason: "COMMS_QUIET_HOURS", trace: [] },
          { stage: "router", recordedAt: 2, verdict: "BYPASS", reason: "critical_override", trace: [] },
        ],
      },
      "The email booking_confirmed_buyer for bk_1 is on its way to the sender.",
    ],
    [{ status: "bounced" }, "The email booking_confirmed_buyer for bk_1 bounced."],
    [
      { status: "dropped", reason: "COMMS_FROM_THE_FUTURE" },
      "The email booking_confirmed_buyer for bk_1 was not sent: for a reason that this build does not know (COMMS_FROM_THE_FUTURE).",
    ],
  ])("of %o", (change, told) => {
    expect(sentence({ ...message, ...change })).toBe(told);
  });
});

describe("the gates that explain it", () => {
  it("are told stage by stage with the value that each saw", () => {
    const trace = [
      { gate: "address", verdict: "PASS", reason: null, detail: "an email address is known" },
      { gate: "suppression", verdict: "DROP", reason: "COMMS_SUPPRESSED", detail: "hard_bounce of 2026-01-01" },
    ];
    const lines = gateLines({
      ...message,
      decisions: [{ stage: "router", recordedAt: 0, verdict: "DROP", reason: null, trace }],
    });
    expect(lines).toEqual([
      "router at 1970-01-01T00:00:00Z",
      "  + address        pass — an email address is known",
      "  - suppression    drop COMMS_SUPPRESSED — hard_bounce of 2026-01-01",
    ]);
  });
});
