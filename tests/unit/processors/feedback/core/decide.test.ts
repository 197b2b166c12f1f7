import { describe, expect, test } from "vitest";
import { decideFeedback, decideProviderEvent, type ReceivedWebhook } from "#processors/feedback/core/decide.ts";
import { patienceMs } from "#processors/feedback/core/wait.ts";
import type { ParsedWebhook, ProviderReport } from "#shared/domain/feedback/parsed-webhook.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { feedback, message, now, providerEvent } from "../bench.ts";

const hash = (channel: string, address: string): string => `${channel} ${address}`;

const gone: ProviderReport = {
  status: "BOUNCED",
  description: "The mailbox does not exist",
  code: "Permanent/General",
  address: "anna@example.com",
  suppress: "hard_bounce",
};
const bounce: ParsedWebhook = { kind: "parsed", channel: "EMAIL", msgId: "m-1", providerRef: null, reports: [gone] };

function received(over: Partial<ReceivedWebhook> = {}): ReceivedWebhook {
  return { event: providerEvent("x"), bytes: Buffer.from("x"), waits: 0, normalised: bounce, message, ...over };
}

function topicsOf(outcome: Outcome): readonly string[] {
  return outcome.kind === "deadLetter" ? [] : outcome.outputs.map(({ topic }) => topic);
}

describe("a webhook", () => {
  test("that is not its provider's is a dead letter with the reason", () => {
    const outcome = decideProviderEvent(received({ normalised: { kind: "unreadable", why: "no JSON" } }), hash, now);
    expect(outcome).toEqual({ kind: "deadLetter", reason: "COMMS_POISON", message: "no JSON" });
  });

  test("that says nothing of ours leads to nothing", () => {
    expect(decideProviderEvent(received({ normalised: { kind: "nothing" } }), hash, now)).toEqual({
      kind: "emit",
      outputs: [],
    });
  });

  test("about a known message becomes a report under its person, and no suppression of its own", () => {
    const outcome = decideProviderEvent(received(), hash, now);
    expect(outcome).toMatchObject({
      kind: "emit",
      outputs: [{ topic: "comms.feedback", key: "acme/anna", value: { status: "BOUNCED", suppress: "hard_bounce" } }],
    });
    expect(topicsOf(outcome)).toEqual(["comms.feedback"]);
  });

  test("of a tenant's own account says nothing of another tenant's message, and suppresses for its tenant alone", () => {
    const event = { ...providerEvent("x"), tenant_id: "loft" };
    const outcome = decideProviderEvent(received({ event }), hash, now);
    expect(outcome).toMatchObject({
      kind: "drop",
      outputs: [{ topic: "comms.suppression", value: { tenant_id: "loft", reason: "HARD_BOUNCE" } }],
    });
    expect(topicsOf(outcome)).toEqual(["comms.suppression"]);
  });

  test.each(["acme", "default"])("of an account of %s reports on a message of acme's", (tenant_id) => {
    const event = { ...providerEvent("x"), tenant_id };
    expect(topicsOf(decideProviderEvent(received({ event }), hash, now))).toEqual(["comms.feedback"]);
  });

  test("that takes a complaint back lifts its entry beside the report", () => {
    const back: ProviderReport = { ...gone, status: "DELIVERED", lifts: "complaint" };
    const outcome = decideProviderEvent(received({ normalised: { ...bounce, reports: [back] } }), hash, now);
    expect(topicsOf(outcome)).toEqual(["comms.feedback", "comms.suppression"]);
  });

  test("whose message is not known yet waits on the schedule with its own bytes", () => {
    const outcome = decideProviderEvent(received({ message: undefined }), hash, now + 1_000);
    expect(outcome).toMatchObject({ kind: "defer", reason: "COMMS_STATE_STALE" });
    expect(topicsOf(outcome)).toEqual(["comms.schedule"]);
  });

  test.each([
    { name: "has waited long enough", over: {}, at: now + patienceMs },
    { name: "names no message", over: { normalised: { ...bounce, msgId: null } }, at: now },
  ])("that $name is dropped, and a dead address is suppressed all the same", ({ over, at }) => {
    const outcome = decideProviderEvent(received({ message: undefined, ...over }), hash, at);
    expect(outcome.kind).toBe("drop");
    expect(outcome).toMatchObject({
      outputs: [
        { topic: "comms.suppression", value: { tenant_id: "default", address_hash: "EMAIL anna@example.com" } },
      ],
    });
  });
});

describe("a report on a message", () => {
  test("puts its address on the suppression list", () => {
    const outcome = decideFeedback(feedback({ suppress: "hard_bounce" }));
    expect(outcome).toMatchObject({ outputs: [{ topic: "comms.suppression", value: { reason: "HARD_BOUNCE" } }] });
  });

  test.each([
    { name: "says nothing of it", given: feedback() },
    { name: "has no address", given: feedback({ suppress: "hard_bounce", address_hash: null }) },
  ])("that $name leads to nothing", ({ given }) => {
    expect(decideFeedback(given)).toEqual({ kind: "emit", outputs: [] });
  });
});
