import { describe, expect, test } from "vitest";
import { providerFeedback } from "#processors/feedback/core/provider-feedback.ts";
import { sendOutputs } from "#processors/renderer/core/records.ts";
import { senderHead } from "#shared/domain/delivery/report.ts";
import { messageSubject, recordHead } from "#shared/domain/message/record-head.ts";
import { anAccepted, noon } from "#tests/support/policy/records.ts";
import { aSend } from "../../delivery/sender-bench.ts";

const origin = { event_id: "e1", occurred_at: 1, tenant_id: "t1", user_id: "u1", correlation_id: "c1" };
const subject = {
  channel: "EMAIL",
  cause_event: "booking.confirmed",
  cause_ref: "bk_1",
  template_name: "booking_confirmed_buyer",
  template_version: 3,
  category: "booking",
  locale: "en-US",
  dedupe_key: "BOOKING:bk_1",
} as const;

describe("the head of a record", () => {
  test("repeats the origin, names its own message and cause, and is written now", () => {
    const from = { ...anAccepted(), ...origin, recorded_at: 5, msg_id: "older", causation_id: "older" };
    expect(recordHead(from, { msgId: "m1", causationId: "d1", recordedAt: 9 })).toEqual({
      ...origin,
      recorded_at: 9,
      msg_id: "m1",
      causation_id: "d1",
    });
  });

  test("has no message before an event is split by channel", () => {
    expect(recordHead(origin, { msgId: null, causationId: "e1", recordedAt: 9 }).msg_id).toBeNull();
  });

  test("carries what the message is about, and nothing else of the record", () => {
    expect(messageSubject(aSend(subject))).toEqual(subject);
  });

  test("is the same on a rendered record, an order to send, and both kinds of report", () => {
    const routed = { ...aSend({ ...origin, ...subject, msg_id: "m1" }), payload: "{}", round: 0 };
    const links = { recorded_at: noon, msg_id: "m1" };
    const receipt = { ref: "a", hash: "h", bytes: 1 };
    const written = sendOutputs(routed, receipt, noon).map((output) => ("value" in output ? output.value : null));
    const report = { status: "SENT", code: "sent", address: null, description: "" } as const;
    const feedback = providerFeedback(report, 0, {
      event: { provider: "ses", provider_event_id: "w1", received_at: noon } as never,
      webhook: { channel: "EMAIL", providerRef: "r" },
      message: { ...routed, created_at: origin.occurred_at, artifact_ref: null, provider: null, provider_ref: null },
      hash: () => "h",
    });
    for (const record of [...written, feedback, senderHead(routed, noon)]) {
      expect(record).toMatchObject({ ...origin, ...subject, ...links });
    }
  });
});
