import { describe, expect, test } from "vitest";
import { sendAt } from "#shared/domain/policy/gates/send-at.ts";

describe("send_at gate", () => {
  test.each([
    { name: "no time", at: null, verdict: "PASS", detail: "The producer set no time" },
    {
      name: "one millisecond left",
      at: 1_001,
      verdict: "DEFER",
      detail: "The producer asked for 1970-01-01 00:00 UTC",
    },
    {
      name: "the very instant",
      at: 1_000,
      verdict: "PASS",
      detail: "The producer asked for 1970-01-01 00:00 UTC, which is reached",
    },
    {
      name: "an instant long over",
      at: 0,
      verdict: "PASS",
      detail: "The producer asked for 1970-01-01 00:00 UTC, which is reached",
    },
  ])("given $name", ({ at, verdict, detail }) => {
    expect(sendAt({ sendAt: at }, 1_000)).toMatchObject({ verdict, detail });
  });

  test("a later is COMMS_SCHEDULED, due at that very time", () => {
    expect(sendAt({ sendAt: 2 }, 1)).toMatchObject({ kind: "send_at", reason: "COMMS_SCHEDULED", dueAt: 2 });
  });
});
