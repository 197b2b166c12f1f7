import { expect, test } from "vitest";
import type { Feedback } from "#shared/contracts/records.ts";
import { loggedResultOf } from "#shared/domain/delivery/logged-result.ts";
import { senderFeedback } from "#shared/domain/delivery/report.ts";
import { aSend, start } from "../../delivery/sender-bench.ts";

const report = {
  status: "SENT",
  at: start,
  attempt: 2,
  provider: "ses",
  ref: "r",
  addressHash: null,
  reason: null,
  code: null,
  detail: "",
  suppress: null,
  ambiguous: false,
} as const;
const feedback = senderFeedback(aSend(), report);

test.each<[string, Partial<Feedback>, string | undefined]>([
  ["a sender's SENT", {}, "sent"],
  ["a sender's FAILED", { status: "FAILED" }, "failed"],
  ["a drop in doubt", { status: "DROPPED", reason: "COMMS_AMBIGUOUS_SEND" }, "dropped"],
  ["any other drop", { status: "DROPPED", reason: "COMMS_SUPPRESSED" }, undefined],
  ["a provider's bounce", { origin: "PROVIDER", status: "BOUNCED" }, "sent"],
  ["a provider's unknown report", { origin: "PROVIDER", status: "UNKNOWN" }, undefined],
  ["another origin", { origin: "UNKNOWN", status: "SENT" }, undefined],
])("the ledger's result of %s", (_, over, state) => {
  expect(loggedResultOf({ ...feedback, ...over })?.state).toBe(state);
});

test("it says whether the sender itself reported", () => {
  expect(loggedResultOf(feedback)).toMatchObject({ bySender: true, attempt: 2, recordedAt: start });
  expect(loggedResultOf({ ...feedback, origin: "PROVIDER" })?.bySender).toBe(false);
});
