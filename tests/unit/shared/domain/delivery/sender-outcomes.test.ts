import { describe, expect, test } from "vitest";
import type { Send } from "#shared/contracts/records.ts";
import type { SendReport } from "#shared/domain/delivery/report.ts";
import {
  deferOutcome,
  dropOutcome,
  repeatOutcome,
  reportOutcome,
  type SenderName,
} from "#shared/domain/delivery/sender-outcomes.ts";
import { aSend, start } from "../../delivery/sender-bench.ts";

const encoded: Send[] = [];
const name: SenderName = {
  stage: "email-sender",
  topic: "comms.send.email",
  encode: (_topic, send) => {
    encoded.push(send);
    return Buffer.from("framed");
  },
};
const contextOf = (change: Partial<Send> = {}) => ({ name, send: aSend(change), now: start });
const report: SendReport = {
  status: "SENT",
  at: start,
  attempt: 1,
  provider: "ses",
  ref: "r",
  addressHash: null,
  reason: null,
  code: null,
  detail: "",
  suppress: null,
  ambiguous: false,
};
const topicsOf = (outcome: object) =>
  "outputs" in outcome ? (outcome.outputs as { readonly topic: string }[]).map(({ topic }) => topic) : [];

describe("the outcomes of a sender", () => {
  test("a report without a reason is an emit; with one it is a drop", () => {
    expect(reportOutcome(aSend(), report)).toMatchObject({ kind: "emit", outputs: [{ topic: "comms.feedback" }] });
    const failed = { ...report, status: "FAILED", reason: "COMMS_PROVIDER_REJECTED" } as const;
    expect(reportOutcome(aSend(), failed)).toMatchObject({ kind: "drop", reason: "COMMS_PROVIDER_REJECTED" });
    expect(repeatOutcome(aSend(), report)).toMatchObject({ kind: "drop", reason: "COMMS_ALREADY_SENT" });
  });

  test("a drop is a decision, and feedback too where the ledger must record it", () => {
    const drop = { kind: "drop", gate: "ledger", reason: "COMMS_AMBIGUOUS_SEND", trace: [] } as const;
    expect(topicsOf(dropOutcome(contextOf(), drop))).toEqual(["comms.decisions"]);
    expect(topicsOf(dropOutcome(contextOf(), { ...drop, report }))).toEqual(["comms.feedback", "comms.decisions"]);
  });

  test.each([
    ["retry", "DEFER", 3],
    ["hold", "HOLD", 2],
  ] as const)("a %s is scheduled on its lane with verdict %s and attempt %i", (as, verdict, attempt) => {
    encoded.length = 0;
    const wait = { kind: "wait", as, gate: "g", reason: "COMMS_STATE_STALE", dueAt: start + 5, trace: [] } as const;
    expect(deferOutcome(contextOf({ attempt: 2, lane: "BULK" }), wait)).toMatchObject({
      kind: "defer",
      reason: "COMMS_STATE_STALE",
      outputs: [
        {
          topic: "comms.schedule",
          value: {
            kind: as,
            due_at: start + 5,
            target_topic: "comms.send.email.bulk",
            headers: { "comms-attempt": String(attempt) },
          },
        },
        { topic: "comms.decisions", value: { verdict, due_at: start + 5 } },
      ],
    });
    expect(encoded).toMatchObject([{ attempt }]);
  });
});
