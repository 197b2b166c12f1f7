import { describe, expect, it } from "vitest";
import { gateLines, referenceLines, sentence } from "#shared/domain/explanation/explain.ts";
import { anExplained, anExplainedDecision } from "./builders.ts";

const reporting = new Set(["ses", "twilio"]);

describe("the sentence that explains a message [RTR-08]", () => {
  it.each([
    [{}, "The email booking_confirmed_buyer for bk_1 was delivered by ses."],
    [{ status: "sent" }, "The email booking_confirmed_buyer for bk_1 was taken by ses; no feedback has come since."],
    [
      { status: "sent", provider: null },
      "The email booking_confirmed_buyer for bk_1 was taken by the provider; no feedback has come since.",
    ],
    [
      { status: "sent", channel: "inapp", provider: "inapp" },
      "The inapp booking_confirmed_buyer for bk_1 was taken by inapp, which does not report what becomes of it.",
    ],
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
          anExplainedDecision({
            stage: "email-sender",
            recordedAt: 2,
            verdict: "DEFER",
            reason: "COMMS_PROVIDER_UNAVAILABLE",
          }),
          anExplainedDecision({ stage: "router", recordedAt: 1, verdict: "PASS", reason: null }),
        ],
      },
      "The email booking_confirmed_buyer for bk_1 waits to be tried again by email-sender: the provider could not be reached (COMMS_PROVIDER_UNAVAILABLE).",
    ],
    [
      {
        status: "queued",
        decisions: [
          anExplainedDecision({ stage: "router", recordedAt: 1, verdict: "DEFER", reason: "COMMS_QUIET_HOURS" }),
          anExplainedDecision({ stage: "router", recordedAt: 2, verdict: "BYPASS", reason: "critical_override" }),
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
    expect(sentence(anExplained(change), reporting)).toBe(told);
  });
});

describe("the gates that explain it", () => {
  it("are listed stage by stage with the value that each saw", () => {
    const trace = [
      { gate: "address", verdict: "PASS", reason: null, detail: "an email address is known" },
      { gate: "suppression", verdict: "DROP", reason: "COMMS_SUPPRESSED", detail: "hard_bounce of 2026-01-01" },
    ];
    const lines = gateLines(anExplained({ decisions: [anExplainedDecision({ verdict: "DROP", trace })] }));
    expect(lines).toEqual([
      "router at 1970-01-01T00:00:00Z",
      "  + address        pass — an email address is known",
      "  - suppression    drop COMMS_SUPPRESSED — hard_bounce of 2026-01-01",
    ]);
  });
});

describe("the names to search further by", () => {
  it("are those of the message, and of the provider once it had the message", () => {
    expect(referenceLines(anExplained({ provider: null }))).toEqual(["msg_id m"]);
    expect(referenceLines(anExplained({ status: "failed", attempts: 2, lastErrorCode: "429" }))).toEqual([
      "msg_id m",
      "provider ses, reference r, attempts 2",
      "last error 429",
    ]);
    const delivered = anExplained({ status: "delivered", lastErrorCode: "Delivery" });
    expect(referenceLines(delivered)).toEqual(["msg_id m", "provider ses, reference r, attempts 1"]);
    expect(referenceLines(anExplained({ providerRef: null }))).toContain("provider ses, reference none, attempts 1");
  });
});
