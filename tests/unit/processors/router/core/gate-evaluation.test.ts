import { describe, expect, test } from "vitest";
import {
  appendGate,
  decisiveAnswer,
  type GateEvaluation,
  goesOn,
  prependGate,
  type RoutingAnswer,
  type RoutingResult,
} from "#processors/router/core/gate-evaluation.ts";
import { messageOf } from "#processors/router/core/message.ts";
import { bypass, collect, defer, drop, pass } from "#shared/domain/policy/gate-result.ts";
import { anAccepted } from "#tests/support/policy/records.ts";

const passed = pass("p");
const bypassed = bypass("critical_override", "b");
const dropped = drop("COMMS_EXPIRED", "d");
const collected = collect("messages.daily_digest", "c");
const deferred = defer({ kind: "pause", reason: "COMMS_CHANNEL_DISABLED", dueAt: 1, detail: "w" });

function evaluationOf(result: RoutingResult): GateEvaluation {
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
  test.each<[string, readonly RoutingResult[], number]>([
    ["the last of many passes", [passed, passed], 1],
    ["a bypass among passes", [passed, bypassed, passed], 1],
    ["the first that waits, before a bypass", [bypassed, deferred, collected], 1],
    ["a drop, wherever it is", [deferred, bypassed, dropped, passed], 2],
    ["the first of two drops", [dropped, drop("COMMS_NO_ADDRESS", "n")], 0],
  ])("is %s", (_, results, index) => {
    const answers = results.map((result, i): RoutingAnswer => [`gate-${i}`, result]);
    expect(decisiveAnswer(answers)).toBe(answers[index]);
  });

  test("does not exist without a gate", () => {
    expect(() => decisiveAnswer([])).toThrow("at least one gate");
  });
});

describe("one more gate", () => {
  test.each<[string, RoutingResult, RoutingResult, string]>([
    ["a further pass does not", passed, passed, "own"],
    ["a drop does", passed, dropped, "last"],
    ["a drop of what waits does", deferred, dropped, "last"],
    ["a wait of what would go does", bypassed, deferred, "last"],
    ["a bypass of what would go does", passed, bypassed, "last"],
    ["a second wait does not", collected, deferred, "own"],
    ["a bypass of what waits does not", deferred, bypassed, "own"],
  ])("at the end decides if it takes precedence: %s", (...[, own, last, gate]) => {
    expect(appendGate(evaluationOf(own), ["last", last])).toMatchObject({
      gate,
      result: gate === "last" ? last : own,
      trace: [{ gate: "last", verdict: last.verdict }],
    });
  });

  test.each<[RoutingResult, string]>([
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
