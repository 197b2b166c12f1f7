import { describe, expect, test } from "vitest";
import type { Send } from "#shared/contracts/records.ts";
import { afterCall } from "#shared/domain/delivery/after-call.ts";
import type { CallResult } from "#shared/domain/delivery/call-result.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { aSend, start } from "../../delivery/sender-bench.ts";

type Result = Exclude<CallResult, { readonly kind: "halt" }>;
const busy = { act: "retry", description: "Busy" } as const;
const retry: Result = { kind: "retry", code: "busy", row: busy, retryAfterMs: 0 };
const gone: Result = {
  kind: "refuse",
  code: "gone",
  row: { act: "refuse", description: "Gone", suppress: "hard_bounce" },
  retryAfterMs: 0,
};
const ambiguous: Result = { kind: "ambiguous", code: "timeout" };
const { maxAttempts, recheckMs } = defaultPolicy;

describe("what follows from a call", () => {
  test.each<{ name: string; result: Result; send?: Partial<Send>; expected: object }>([
    {
      name: "a sent message",
      result: { kind: "sent", ref: "r" },
      expected: { kind: "over", report: { status: "SENT", ref: "r", reason: null, provider: "ses" } },
    },
    {
      name: "a refusal",
      result: gone,
      expected: {
        kind: "over",
        report: { status: "FAILED", reason: "COMMS_PROVIDER_REJECTED", code: "gone", suppress: "hard_bounce" },
      },
    },
    {
      name: "a retryable refusal",
      result: retry,
      expected: { kind: "wait", record: "retry", wait: { as: "retry", reason: "COMMS_PROVIDER_UNAVAILABLE" } },
    },
    {
      name: "the last attempt",
      result: retry,
      send: { attempt: maxAttempts },
      expected: { kind: "over", report: { status: "FAILED", reason: "COMMS_PROVIDER_UNAVAILABLE" } },
    },
    {
      name: "fewer tries by the provider's row",
      result: { ...retry, row: { ...busy, tries: 2 } },
      send: { attempt: 2 },
      expected: { kind: "over", report: { status: "FAILED" } },
    },
    {
      name: "an expiry before the next attempt",
      result: retry,
      send: { expires_at: start + 1 },
      expected: { kind: "over", report: { status: "FAILED" } },
    },
    {
      name: "an unknown result",
      result: ambiguous,
      expected: { kind: "wait", record: "ambiguous", wait: { as: "hold", dueAt: start + recheckMs } },
    },
    {
      name: "an unknown result, critical",
      result: ambiguous,
      send: { critical: true },
      expected: { kind: "wait", record: "ambiguous", wait: { as: "retry", reason: "COMMS_AMBIGUOUS_SEND" } },
    },
    {
      name: "an unknown result of the last attempt, critical",
      result: ambiguous,
      send: { critical: true, attempt: maxAttempts },
      expected: { kind: "over", report: { status: "DROPPED", reason: "COMMS_AMBIGUOUS_SEND", code: "timeout" } },
    },
  ])("given $name", ({ result, send, expected }) => {
    const context = {
      send: aSend({ expires_at: null, ...send }),
      provider: "ses",
      addressHash: "h",
      ambiguous: false,
      now: start,
    };
    expect(afterCall(result, context, defaultPolicy)).toMatchObject(expected);
  });
});
