import { describe, expect, test } from "vitest";
import { cancellation } from "#shared/domain/policy/gates/cancellation.ts";

const cancelled = { cancelled_at: 60_000, reason: "" };
const time = "1970-01-01 00:01 UTC";

describe("cancellation gate", () => {
  test.each([
    { name: "no cancellation", given: null, receivedAt: 1, verdict: "PASS", detail: "Its cause is not cancelled" },
    {
      name: "an event before it",
      given: cancelled,
      receivedAt: 59_999,
      verdict: "DROP",
      detail: `Its producer cancelled it at ${time}`,
    },
    {
      name: "one of that instant",
      given: cancelled,
      receivedAt: 60_000,
      verdict: "DROP",
      detail: `Its producer cancelled it at ${time}`,
    },
    {
      name: "one by a clock a second ahead",
      given: cancelled,
      receivedAt: 61_000,
      verdict: "DROP",
      detail: `Its producer cancelled it at ${time}`,
    },
    {
      name: "a later one",
      given: cancelled,
      receivedAt: 61_001,
      verdict: "PASS",
      detail: `Its cause was cancelled at ${time}, before the event came`,
    },
    {
      name: "an event of an older build",
      given: cancelled,
      receivedAt: null,
      verdict: "DROP",
      detail: `Its producer cancelled it at ${time}`,
    },
    {
      name: "a reason",
      given: { ...cancelled, reason: "Wrong date" },
      receivedAt: 1,
      verdict: "DROP",
      detail: `Its producer cancelled it at ${time}: Wrong date`,
    },
  ])("given $name", ({ given, receivedAt, verdict, detail }) => {
    expect(cancellation({ receivedAt }, given)).toMatchObject({ verdict, detail });
  });

  test("a no is COMMS_CANCELLED", () => {
    expect(cancellation({ receivedAt: 1 }, cancelled)).toMatchObject({ reason: "COMMS_CANCELLED" });
  });
});
