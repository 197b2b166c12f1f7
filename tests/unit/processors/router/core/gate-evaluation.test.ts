import { describe, expect, test } from "vitest";
import {
  appendGate,
  decisiveAnswer,
  type GateAnswer,
  type GateEvaluation,
  goesOn,
  prependGate,
} from "#processors/router/core/gate-evaluation.ts";
import { bypass, collect, defer, drop, type GateResult, pass } from "#processors/router/core/gate-result.ts";
import { messageOf } from "#processors/router/core/message.ts";
import { anAccepted } from "#tests/support/policy/records.ts";

const passed = pass("p");
const bypassed = bypass("critical_override", "b");
const dropped = drop("COMMS_EXPIRED", "d");
const collected = collect("messages.daily_digest", "c");
const deferred = defer({ kind: "pause", reason: "COMMS_CHANNEL_DISABLED", dueAt: 1, detail: "w" });

function evaluationOf(result: GateResult): GateEvaluation {
  const message = messageOf(anAccepted(), "EMAIL");
  return {
    message,
    result,
    gate: "own",
    trace: [],
    template: undefined,
    locale: undefined,
    addressHash: null,
    tz: "UTC",
  };
}

describe("the answer that decides [RTR-08]", () => {
  test.each<[string, readonly GateResult[], number]>([
    ["the last of many passes", [passed, passed], 1],
    ["a bypass among passes", [passed, bypassed, passed], 1],
    ["the first that waits, before a bypass", [bypassed, deferred, collected], 1],
    ["a drop, wherever it is", [deferred, bypassed, dropped, passed], 2],
    ["the first of two drops", [dropped, drop("COMMS_NO_ADDRESS", "n")], 0],
  ])("is %s", (_, results, index) => {
    const answers = results.map((result, i): GateAnswer => [`gate-${i}`, result]);
    expect(decisiveAnswer(answers)).toBe(answers[index]);
  });

  test("does not exist without a gate", () => {
    expect(() => decisiveAnswer([])).toThrow("at least one gate");
  });
});

describe("one more gate", () => {
  test("at the end decides only if it drops", () => {
    expect(appendGate(evaluationOf(passed), ["dedupe", passed])).toMatchObject({
      gate: "own",
      trace: [{ gate: "dedupe" }],
    });
    expect(appendGate(evaluationOf(passed), ["dedupe", dropped])).toMatchObject({ gate: "dedupe", result: dropped });
  });

  test.each<[GateResult, string]>([
    [passed, "first"],
    [bypassed, "first"],
    [deferred, "own"],
    [dropped, "own"],
  ])("in front decides only if the message passes: $verdict", (result, gate) => {
    expect(prependGate(["first", bypassed], evaluationOf(result))).toMatchObject({ gate, trace: [{ gate: "first" }] });
  });

  test("only a dropped message does not go on", () => {
    const results = [passed, bypassed, deferred, collected, dropped];
    expect(results.map((result) => goesOn(evaluationOf(result)))).toEqual([true, true, true, true, false]);
  });
});
