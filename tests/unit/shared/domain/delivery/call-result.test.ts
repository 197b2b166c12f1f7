import { describe, expect, test } from "vitest";
import type { Answer, AnswerTable } from "#shared/domain/delivery/answer.ts";
import { combine, isProviderFailure } from "#shared/domain/delivery/call-result.ts";

const table: AnswerTable = {
  gone: { act: "refuse", description: "Gone" },
  busy: { act: "retry", description: "Busy", isOutage: true },
  closed: { act: "halt", description: "Closed" },
};
const accepted: Answer = { kind: "accepted", ref: "r" };
const unknown: Answer = { kind: "unknown", code: "timeout" };
const unreached: Answer = { kind: "unreached", code: "ECONNREFUSED" };
const refused = (code: string, retryAfterMs?: number): Answer => ({
  kind: "refused",
  code,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

describe("the result of several answers [PSH-02]", () => {
  test.each<[string, readonly Answer[], object]>([
    ["one device took it", [refused("gone"), unknown, accepted], { kind: "sent", ref: "r" }],
    ["one may have taken it", [refused("gone"), unknown], { kind: "ambiguous", code: "timeout" }],
    ["all refused it", [refused("gone"), refused("gone")], { kind: "refuse", code: "gone", retryAfterMs: 0 }],
    ["one may take it later", [refused("gone"), refused("busy", 9)], { kind: "retry", code: "busy", retryAfterMs: 9 }],
    ["one was not reached", [refused("gone"), unreached], { kind: "retry", code: "ECONNREFUSED" }],
    ["the account is closed", [refused("busy", 9), refused("closed")], { kind: "halt", retryAfterMs: 9 }],
  ])("%s", (_, answers, expected) => {
    expect(combine(table, answers)).toMatchObject(expected);
  });

  test("no answers are an error", () => {
    expect(() => combine(table, [])).toThrow(RangeError);
  });

  test("the breaker counts outages, not refusals", () => {
    const answers = [accepted, unknown, unreached, refused("busy"), refused("gone"), refused("http_503")];
    expect(answers.map((answer) => isProviderFailure(table, answer))).toEqual([false, true, true, true, false, true]);
  });
});
