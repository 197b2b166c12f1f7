import { describe, expect, it } from "vitest";
import { decidedStatus } from "#processors/projector/core/decided-status.ts";
import { reasons } from "#shared/domain/message/reason.ts";
import { isFinal } from "#shared/domain/status/status.ts";

describe("decidedStatus", () => {
  it.each([
    ["PASS", null, "QUEUED"],
    ["BYPASS", "critical_override", "QUEUED"],
    ["DEFER", "COMMS_QUIET_HOURS", "SCHEDULED"],
    ["HOLD", "COMMS_AMBIGUOUS_SEND", "SCHEDULED"],
    ["DIGEST", "COMMS_DIGESTED", "DIGESTED"],
    ["DROP", "COMMS_DEDUPED", "DROPPED"],
    ["DROP", "COMMS_AMBIGUOUS_SEND", "DROPPED"],
    ["DROP", "COMMS_BLOCKLISTED", "SUPPRESSED"],
    ["DROP", "COMMS_PROVIDER_UNAVAILABLE", "FAILED"],
    ["DROP", "a reason of a later version", "DROPPED"],
  ] as const)("%s with %s is %s", (verdict, reason, status) => {
    expect(decidedStatus({ verdict, reason })).toBe(status);
  });

  it("ends a message for every reason but that it was sent before", () => {
    const open = Object.keys(reasons).filter((reason) => !isFinal(decidedStatus({ verdict: "DROP", reason })));
    expect(open).toEqual(["COMMS_ALREADY_SENT"]);
  });
});
