import { describe, expect, test } from "vitest";
import type { Cancellation } from "#shared/contracts/records.ts";
import { cancellationHeader } from "#shared/domain/cancellation/cancellation.ts";
import { anAccepted, noon } from "#tests/support/policy/records.ts";
import { outputsOf, routerIn, verdicts, written } from "#tests/support/policy/router.ts";

const cancelled: Cancellation = {
  tenant_id: "default",
  cause_ref: "bk_7Q2M",
  cancelled_at: noon,
  reason: "Wrong date",
  cancelled_by: "k1",
};
const email = anAccepted({ channels: ["EMAIL"], received_at: noon - 1 });

describe("router: a cause that its producer has cancelled", () => {
  test("given a message of it, a decision that says so, and nothing else", async () => {
    const outcome = await routerIn({ cancelled }).run(email);
    expect(outcome).toMatchObject({ kind: "drop", reason: "COMMS_CANCELLED" });
    expect(outputsOf(outcome).map(({ topic }) => topic)).toEqual(["comms.decisions"]);
    const [decision] = written(outcome, "comms.decisions");
    expect(decision).toMatchObject({ gate: "cancellation", verdict: "DROP", reason: "COMMS_CANCELLED" });
    expect(decision?.trace[1]?.detail).toBe("Its producer cancelled it at 2026-11-22 15:00 UTC: Wrong date");
  });

  test("given a critical message, one with a time of its own, or views that are too old, the same", async () => {
    for (const over of [{ critical: true }, { send_at: noon + 86_400_000 }]) {
      expect(verdicts(await routerIn({ cancelled }).run({ ...email, ...over }))).toEqual([
        "EMAIL DROP COMMS_CANCELLED",
      ]);
    }
    expect(verdicts(await routerIn({ cancelled, viewsAgeMs: 6_000 }).run(email))).toEqual([
      "EMAIL DROP COMMS_CANCELLED",
    ]);
  });

  test("given an event that came later under the same cause, it goes", async () => {
    const outcome = await routerIn({ cancelled }).run({ ...email, received_at: noon + 1_001 });
    expect(verdicts(outcome)).toEqual(["EMAIL PASS"]);
  });

  test("given a record that the scheduler gives back for it, the record's word counts before the view has it", async () => {
    const { cancelled_at, reason } = cancelled;
    const headers = { [cancellationHeader]: Buffer.from(JSON.stringify({ cancelled_at, reason })) };
    const waiting = { ...email, send_at: noon + 86_400_000, round: 1 };
    expect(verdicts(await routerIn().run(waiting, noon, headers))).toEqual(["EMAIL DROP COMMS_CANCELLED"]);
    expect(verdicts(await routerIn().run({ ...waiting, received_at: noon + 1_001 }, noon, headers))).toEqual([
      "EMAIL DEFER COMMS_SCHEDULED",
    ]);
  });
});
