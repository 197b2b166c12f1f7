import { describe, expect, test } from "vitest";
import {
  answerAfterMs,
  bindsEvent,
  cancellationHeader,
  clockDifferenceMsMax,
  laterCancellation,
  readCancellation,
} from "#shared/domain/cancellation/cancellation.ts";

const differences = [-clockDifferenceMsMax, 0, clockDifferenceMsMax];
const clocks = differences.flatMap((first) => differences.map((second) => [first, second] as const));

describe("a cancellation at two gateways whose clocks differ by a second at most", () => {
  const isPossible = ([first, second]: readonly [number, number]) => Math.abs(first - second) <= clockDifferenceMsMax;
  const pairs = clocks.filter(isPossible);

  test.each(pairs)("%i ms at the event's, %i ms at its own: binds what came before it", (first, second) => {
    const [event, cancelled] = [1_000_000 + first, 1_000_000 + second];
    expect(bindsEvent({ cancelled_at: cancelled }, event)).toBe(true);
  });

  test.each(pairs)("%i ms at the event's, %i ms at its own: not what comes after the answer", (first, second) => {
    // The answer comes when the gateway's own clock says so.
    const answered = 1_000_000 + answerAfterMs;
    expect(bindsEvent({ cancelled_at: 1_000_000 + second }, answered + 1 + first)).toBe(false);
  });
});

describe("the cancellation that a record carries", () => {
  const header = (text: string) => ({ [cancellationHeader]: Buffer.from(text) });

  test("is read from its header", () => {
    const given = { cancelled_at: 5, reason: "Wrong date" };
    expect(readCancellation(header(JSON.stringify(given)))).toEqual(given);
  });

  test.each([
    ["no header", {}],
    ["an empty one", header("")],
    ["another text", header("null")],
    ["a time as text", header('{"cancelled_at":"5","reason":""}')],
    ["no reason", header('{"cancelled_at":5}')],
    ["the header twice", { [cancellationHeader]: [Buffer.from("{}"), Buffer.from("{}")] }],
  ])("is none given %s", (_, headers) => {
    expect(readCancellation(headers)).toBeNull();
  });

  test("counts beside the one that is known: the later binds", () => {
    const [early, late] = [
      { cancelled_at: 1, reason: "early" },
      { cancelled_at: 2, reason: "late" },
    ];
    expect([laterCancellation(early, late), laterCancellation(late, early)]).toEqual([late, late]);
    expect([laterCancellation(null, early), laterCancellation(early, null), laterCancellation(null, null)]).toEqual([
      early,
      early,
      null,
    ]);
  });
});
