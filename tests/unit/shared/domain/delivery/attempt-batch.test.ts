import { describe, expect, test } from "vitest";
import { attemptBatch, loggedCallsOf, withdrawnCallsOf } from "#shared/domain/delivery/attempt-batch.ts";

const head = { sender: "host/1/ab/email", number: 3, recorded_at: 1_790_000_000_000 };
const first = { msgId: "m1", owner: "host/1/ab/email.1#7", attempt: 1, reopens: null, doubt: undefined };
const second = {
  msgId: "m2",
  owner: "host/1/ab/email.1#8",
  attempt: 3,
  reopens: 2,
  doubt: { since: 1_789_999_000_000, crashes: 1 },
};

describe("a batch of calls that are about to be made", () => {
  test("says of each what a ledger must know of it", () => {
    const batch = attemptBatch(head, { calls: [first, second], withdrawn: [] });
    const recordedAt = head.recorded_at;
    expect(loggedCallsOf(batch)).toEqual([
      { ...first, recordedAt },
      { ...second, recordedAt },
    ]);
  });

  test("says which calls of earlier batches were not made", () => {
    const withdrawn = [{ msgId: first.msgId, owner: first.owner }];
    const batch = attemptBatch(head, { calls: [], withdrawn });
    expect(withdrawnCallsOf(batch)).toEqual(withdrawn);
    expect(loggedCallsOf(batch)).toEqual([]);
  });

  test("names the sender once, not with each call", () => {
    const batch = attemptBatch(head, { calls: [first], withdrawn: [] });
    expect(batch.calls[0]?.claim).toBe(".1#7");
    expect(() => attemptBatch({ ...head, sender: "another" }, { calls: [first], withdrawn: [] })).toThrow(RangeError);
  });
});
