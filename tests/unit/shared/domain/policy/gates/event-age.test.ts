import { describe, expect, test } from "vitest";
import { eventAge, eventAgeMsMax } from "#shared/domain/policy/gates/event-age.ts";
import { noon } from "#tests/support/policy/records.ts";

describe("age gate", () => {
  test.each([
    { name: "an event of now", occurredAt: noon, verdict: "PASS" },
    { name: "an event of a clock ahead", occurredAt: noon + 1_000, verdict: "PASS" },
    { name: "an event as old as the bound", occurredAt: noon - eventAgeMsMax, verdict: "PASS" },
    { name: "an event a millisecond older", occurredAt: noon - eventAgeMsMax - 1, verdict: "DROP" },
  ])("given $name", ({ occurredAt, verdict }) => {
    expect(eventAge({ occurredAt }, noon)).toMatchObject({ verdict });
  });

  test("a no is COMMS_EXPIRED, and says when the event happened", () => {
    expect(eventAge({ occurredAt: 0 }, noon)).toMatchObject({
      reason: "COMMS_EXPIRED",
      detail: "Its event happened at 1970-01-01 00:00 UTC, more than 30 days ago",
    });
  });
});
