import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CallsInDoubt, callsInDoubt } from "#tests/support/world/calls-in-doubt.ts";

/** Half of them critical. */
const people = 16;

let result: CallsInDoubt;

beforeAll(async () => {
  result = await callsInDoubt({ people, deaths: 2 });
}, 240_000);
afterAll(() => result?.close());

describe("FLUSHALL while a killed sender's calls are in doubt, twice [KV-07] [DED-03]", () => {
  test("the calls were in doubt", () => {
    expect(result.first).toBe(people);
  });

  test("the second calls are what the metric counts", () => {
    process.stderr.write(
      `${people} calls in doubt, FLUSHALL: ${result.second} second calls, metric ${result.counted}\n`,
    );
    expect(result.second).toBe(people / 2);
    expect(result.counted).toBe(result.second);
  });

  test("only critical messages are called twice, and nobody a third time", () => {
    expect(result.secondOfOthers).toBe(0);
    expect(result.most).toBe(2);
  });

  test("each message comes to an end, with the reason", () => {
    expect(result.ends).toEqual(new Map([["DROPPED COMMS_AMBIGUOUS_SEND", people]]));
  });
});
