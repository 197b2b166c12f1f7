import { describe, expect, test } from "vitest";
import { type SendReport, senderFeedback } from "#shared/domain/delivery/report.ts";
import { aSend } from "../../delivery/sender-bench.ts";

const report: SendReport = {
  status: "FAILED",
  at: 5_000,
  attempt: 3,
  provider: "ses",
  ref: "ref-1",
  addressHash: "v1:k:00",
  reason: "COMMS_PROVIDER_REJECTED",
  code: "MessageRejected",
  detail: "Content refused",
  suppress: null,
  ambiguous: false,
};

describe("the feedback of a sender's report", () => {
  const send = aSend();

  test("repeats the message and says what the report says", () => {
    expect(senderFeedback(send, report)).toMatchObject({
      msg_id: send.msg_id,
      user_id: send.user_id,
      causation_id: send.msg_id,
      dedupe_key: send.dedupe_key,
      artifact_ref: send.artifact_ref,
      recorded_at: 5_000,
      origin: "SENDER",
      status: "FAILED",
      attempt: 3,
      provider_ref: "ref-1",
      provider_code: "MessageRejected",
      reason: "COMMS_PROVIDER_REJECTED",
    });
  });

  test("has one id for the same attempt and status, whenever it is written", () => {
    const { feedback_id } = senderFeedback(send, report);
    expect(senderFeedback(send, { ...report, at: 9_000, detail: "other" }).feedback_id).toBe(feedback_id);
    expect(senderFeedback(send, { ...report, attempt: 4 }).feedback_id).not.toBe(feedback_id);
    expect(senderFeedback(send, { ...report, status: "SENT" }).feedback_id).not.toBe(feedback_id);
  });
});
