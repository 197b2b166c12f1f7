import { expect, test } from "vitest";
import type { SendReport } from "#shared/domain/delivery/report.ts";
import { type SendGateResult, toSendRefusal } from "#shared/domain/delivery/send-decision.ts";
import { bypass, drop, hold, pass } from "#shared/domain/policy/gate-result.ts";

const report = { status: "DROPPED" } as SendReport;
const trace = [{ gate: "g", verdict: "DROP", reason: null, detail: "" }] as const;
const reason = "COMMS_PROVIDER_UNAVAILABLE";
const retry = { verdict: "DEFER", kind: "retry", reason, dueAt: 7, detail: "" } as const;

test.each<[string, SendGateResult, object | undefined]>([
  ["a pass", pass(""), undefined],
  ["a bypass", bypass("critical_override", ""), undefined],
  ["a drop", drop("COMMS_EXPIRED", ""), { kind: "drop", gate: "g", reason: "COMMS_EXPIRED", trace }],
  [
    "a drop that the ledger must record",
    { ...drop("COMMS_AMBIGUOUS_SEND", ""), report },
    { kind: "drop", gate: "g", reason: "COMMS_AMBIGUOUS_SEND", trace, report },
  ],
  [
    "a hold",
    hold("COMMS_STATE_STALE", 5, ""),
    { kind: "wait", as: "hold", gate: "g", reason: "COMMS_STATE_STALE", dueAt: 5, trace },
  ],
  ["a retry", retry, { kind: "wait", as: "retry", gate: "g", reason, dueAt: 7, trace }],
  ["a report again", { verdict: "REPEAT", report, detail: "" }, { kind: "again", report }],
])("what follows from %s", (_, result, expected) => {
  expect(toSendRefusal(["g", result], trace)).toEqual(expected);
});
