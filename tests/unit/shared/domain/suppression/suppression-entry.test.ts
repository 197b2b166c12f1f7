import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Output } from "#shared/contracts/output.ts";
import type { SendReport } from "#shared/domain/delivery/report.ts";
import { dropOutcome, repeatOutcome, reportOutcome } from "#shared/domain/delivery/sender-outcomes.ts";
import { lift, suppress } from "#shared/domain/suppression/suppression-entry.ts";
import { readBackSuppressions, suppressionsIn } from "#tests/support/read-back-suppressions.ts";
import { aSend, start } from "../../delivery/sender-bench.ts";

const address = { tenantId: "acme", channel: "EMAIL", hash: "h" } as const;
const cause = { at: 1, msgId: "m-1", evidence: "f-1" };

describe("the entry that follows from a value of Feedback.suppress", () => {
  it.each([
    ["hard_bounce", "acme/EMAIL/h/HARD_BOUNCE/PROVIDER/all"],
    ["complaint", "acme/EMAIL/h/COMPLAINT/RECIPIENT/all"],
    ["unsubscribe", "acme/EMAIL/h/UNSUBSCRIBE/RECIPIENT/stream:marketing"],
    ["stop", "acme/EMAIL/h/STOP/RECIPIENT/all"],
  ] as const)("%s: %s, and its tombstone has the same key", (value, key) => {
    expect(suppress(value, address, cause)).toMatchObject([
      { topic: "comms.suppression", key, value: { created_at: 1, msg_id: "m-1", evidence: "f-1" } },
    ]);
    expect(lift(value, address)).toEqual({ topic: "comms.suppression", key, value: null });
  });

  it.each([null, "", "constructor", "soft_bounce"])("%j puts nothing on the list", (value) => {
    expect(suppress(value, address, cause)).toEqual([]);
  });
});

describe("the entry that a sender writes with its report [FBK-02]", () => {
  const reports: fc.Arbitrary<SendReport> = fc.record({
    status: fc.constantFrom("SENT", "FAILED", "DROPPED"),
    at: fc.integer({ min: start, max: start + 1_000 }),
    attempt: fc.integer({ min: 1, max: 9 }),
    provider: fc.constantFrom("ses", "smtp", "twilio"),
    ref: fc.constantFrom(null, "r"),
    addressHash: fc.constantFrom(null, "v1:k1:aa", "v1:k1:bb"),
    reason: fc.constantFrom(null, "COMMS_INVALID_ADDRESS", "COMMS_SUPPRESSED"),
    code: fc.constantFrom(null, "550"),
    detail: fc.constant(""),
    suppress: fc.constantFrom(null, "hard_bounce", "stop", "complaint", "unsubscribe", "soft_bounce", "constructor"),
    ambiguous: fc.boolean(),
  });
  const sends = fc.record({
    tenant_id: fc.constantFrom("default", "acme"),
    channel: fc.constantFrom("EMAIL", "SMS"),
    cause_ref: fc.constantFrom("bk-1", "bk-2"),
  });
  const context = (send: ReturnType<typeof aSend>) => ({
    name: { stage: "email-sender", topic: "comms.send.email", encode: () => Buffer.alloc(0) } as const,
    send,
    now: start,
  });

  it("is that which came of reading the report back, however it came to be written", () => {
    let entries = 0;
    fc.assert(
      fc.property(sends, reports, (more, report) => {
        const send = aSend(more);
        const drop = { kind: "drop", gate: "g", reason: "COMMS_AMBIGUOUS_SEND", trace: [], report } as const;
        for (const outcome of [
          reportOutcome(send, report),
          repeatOutcome(send, report),
          dropOutcome(context(send), drop),
        ]) {
          const outputs = (outcome as { readonly outputs: readonly Output[] }).outputs;
          expect(suppressionsIn(outputs)).toEqual(readBackSuppressions(outputs));
          entries += suppressionsIn(outputs).length;
        }
      }),
    );
    expect(entries).toBeGreaterThan(20);
  });
});
