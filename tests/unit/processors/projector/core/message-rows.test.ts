import { describe, expect, it } from "vitest";
import { mergeRows } from "#processors/projector/core/merge-rows.ts";
import { rowOfDecision, rowOfFeedback, rowOfRendered } from "#processors/projector/core/message-rows.ts";
import { noStamp } from "#processors/projector/core/stamp.ts";
import { aDecision, aFeedback, aRendered } from "./builders.ts";

describe("the row of a message", () => {
  it("has what a decision says of it", () => {
    expect(rowOfDecision(aDecision())).toMatchObject({
      msg_id: "m-1",
      channel: "email",
      status: "SCHEDULED",
      reason: "COMMS_QUIET_HOURS",
      due_at: 5_000,
      critical: true,
    });
  });

  it("keeps status and reason of the first message if a replay is refused as sent already", () => {
    const replay = rowOfDecision(aDecision({ verdict: "DROP", reason: "COMMS_ALREADY_SENT", recorded_at: 9_000 }));
    expect(replay).toMatchObject({ reason: null, due_at: null, status_stamp: "" });
    const failed = { status: "FAILED", reason: "COMMS_PROVIDER_REJECTED" } as const;
    expect(mergeRows(rowOfFeedback(aFeedback(failed)), replay)).toMatchObject(failed);
  });

  it.each([
    ["SENT", { sent_at: 1_000, delivered_at: null }],
    ["DELIVERED", { sent_at: null, delivered_at: 1_000 }],
    ["FAILED", { sent_at: null, delivered_at: null }],
  ] as const)("has the time of a report that says %s", (status, times) => {
    expect(rowOfFeedback(aFeedback({ status }))).toMatchObject({ status, attempts: 2, ...times });
  });

  it("takes the provider's code for the error, or else the reason", () => {
    const errorOf = (change: Parameters<typeof aFeedback>[0]) =>
      rowOfFeedback(aFeedback({ status: "FAILED", ...change })).last_error_code;
    expect(errorOf({ provider_code: "21211", reason: "COMMS_INVALID_ADDRESS" })).toBe("21211");
    expect(errorOf({ reason: "COMMS_AMBIGUOUS_SEND" })).toBe("COMMS_AMBIGUOUS_SEND");
    expect(errorOf({})).toBeNull();
  });

  it.each(["SENT", "DELIVERED"] as const)(
    "has no error of a message that was %s, whatever the provider calls it",
    (status) => {
      const row = rowOfFeedback(aFeedback({ status, provider_code: "Delivery" }));
      expect(row).toMatchObject({ last_error_code: null, error_stamp: noStamp });
    },
  );

  it("prefers a report with the provider's reference to a later one without", () => {
    const named = rowOfFeedback(aFeedback());
    const later = rowOfFeedback(aFeedback({ provider_ref: null, recorded_at: 9_000, attempt: 3, feedback_id: "f-2" }));
    expect(mergeRows(named, later)).toMatchObject({ provider_ref: "ref-1", attempts: 3 });
  });

  it("prefers the description of a record that knows the locale", () => {
    const dropped = rowOfDecision(aDecision({ locale: "", recorded_at: 9_000 }));
    expect(mergeRows(rowOfRendered(aRendered()), dropped)).toMatchObject({
      locale: "es-US",
      body_rendered_s3: "acme/m-1/abc",
    });
  });
});
