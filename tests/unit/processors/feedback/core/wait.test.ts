import { describe, expect, it } from "vitest";
import { isYoung, patienceMs, waitOutput } from "#processors/feedback/core/wait.ts";
import type { ScheduleItem } from "#shared/contracts/records.ts";
import { now, providerEvent } from "../bench.ts";

const event = providerEvent("");
const bytes = Buffer.from("the very bytes");

function itemAfter(waits: number, ageMs: number): ScheduleItem {
  const output = waitOutput({ event, bytes, msgId: null, waits, now: now + ageMs });
  return ("value" in output ? output.value : undefined) as ScheduleItem;
}

describe("a webhook that waits for its message", () => {
  it.each([
    [0, 0, 1_000],
    [1, 1_000, 1_000],
    [2, 2_100, 2_100],
    [3, 4_200, 4_200],
    [9, 120_000, 60_000],
    [12, 299_999, 60_000],
  ])("waits the longer the longer it has waited: turn %i, %i ms old, %i ms more", (waits, ageMs, stepMs) => {
    expect(itemAfter(waits, ageMs)).toMatchObject({
      due_at: now + ageMs + stepMs,
      headers: { "comms-attempt": String(waits + 1) },
      payload: bytes,
    });
  });

  it("has an id of its own for each wait, the same at every reading", () => {
    const ids = [0, 1, 2, 1].map((waits) => itemAfter(waits, 0).schedule_id);
    expect(new Set(ids).size).toBe(3);
    expect(ids[3]).toBe(ids[1]);
  });

  it("is young for five minutes", () => {
    expect([isYoung(event, now + patienceMs - 1), isYoung(event, now + patienceMs)]).toEqual([true, false]);
  });
});
