import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideProviderEvent, type ReceivedWebhook } from "#processors/feedback/core/decide.ts";
import { patienceMs } from "#processors/feedback/core/wait.ts";
import type { Output } from "#shared/contracts/output.ts";
import type { ScheduleItem, Send } from "#shared/contracts/records.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { readCallQuery, writeCallQuery } from "#shared/domain/feedback/call-reference.ts";
import type { ParsedWebhook, ProviderReport } from "#shared/domain/feedback/parsed-webhook.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { readBackSuppressions, suppressionsIn } from "#tests/support/read-back-suppressions.ts";
import { message, now, providerEvent } from "../bench.ts";

const hash = (channel: string, address: string): string => `${channel} ${address}`;

const parts = { hash, encode: (topic: string, send: Send) => Buffer.from(JSON.stringify({ topic, send })) };

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
    const outcome = decideProviderEvent(received({ normalised: { kind: "unreadable", why: "no JSON" } }), parts, now);
    expect(outcome).toEqual({ kind: "deadLetter", reason: "COMMS_POISON", message: "no JSON" });
  });

  test("that says nothing of ours leads to nothing", () => {
    expect(decideProviderEvent(received({ normalised: { kind: "nothing" } }), parts, now)).toEqual({
      kind: "emit",
      outputs: [],
    });
  });

  test("about a known message becomes a report under its person, and the entry that follows", () => {
    const outcome = decideProviderEvent(received(), parts, now);
    expect(outcome).toMatchObject({
      kind: "emit",
      outputs: [
        { topic: "comms.feedback", key: "acme/anna", value: { status: "BOUNCED", suppress: "hard_bounce" } },
        { topic: "comms.suppression", value: { tenant_id: "acme", reason: "HARD_BOUNCE" } },
      ],
    });
  });

  test("read again an hour later gives the same report and the same entry, with the times of the first reading", () => {
    const event = { ...providerEvent("x"), received_at: now - 2_000 };
    const first = decideProviderEvent(received({ event }), parts, now);
    expect(first).toMatchObject({
      outputs: [{ value: { recorded_at: now - 2_000 } }, { value: { created_at: now - 2_000 } }],
    });
    expect(decideProviderEvent(received({ event }), parts, now + 3_600_000)).toEqual(first);
  });

  test("of a tenant's own account says nothing of another tenant's message, and suppresses for its tenant alone", () => {
    const event = { ...providerEvent("x"), tenant_id: "loft" };
    const outcome = decideProviderEvent(received({ event }), parts, now);
    expect(outcome).toMatchObject({
      kind: "drop",
      outputs: [{ topic: "comms.suppression", value: { tenant_id: "loft", reason: "HARD_BOUNCE" } }],
    });
    expect(topicsOf(outcome)).toEqual(["comms.suppression"]);
  });

  test.each(["acme", "default"])("of an account of %s reports on a message of acme's", (tenant_id) => {
    const event = { ...providerEvent("x"), tenant_id };
    expect(topicsOf(decideProviderEvent(received({ event }), parts, now))).toContain("comms.feedback");
  });

  test("that takes a complaint back lifts its entry beside the report", () => {
    const { suppress: _, ...heard } = gone;
    const back: ProviderReport = { ...heard, status: "DELIVERED", lifts: "complaint" };
    const outcome = decideProviderEvent(received({ normalised: { ...bounce, reports: [back] } }), parts, now);
    expect(topicsOf(outcome)).toEqual(["comms.feedback", "comms.suppression"]);
  });

  test("whose message is not known yet waits on the schedule with its own bytes", () => {
    const outcome = decideProviderEvent(received({ message: undefined }), parts, now + 1_000);
    expect(outcome).toMatchObject({ kind: "defer", reason: "COMMS_STATE_STALE" });
    expect(topicsOf(outcome)).toEqual(["comms.schedule"]);
  });

  test.each([
    { name: "has waited long enough", over: {}, at: now + patienceMs },
    { name: "names no message", over: { normalised: { ...bounce, msgId: null } }, at: now },
  ])("that $name is dropped, and a dead address is suppressed all the same", ({ over, at }) => {
    const outcome = decideProviderEvent(received({ message: undefined, ...over }), parts, at);
    expect(outcome.kind).toBe("drop");
    expect(outcome).toMatchObject({
      outputs: [
        { topic: "comms.suppression", value: { tenant_id: "default", address_hash: "EMAIL anna@example.com" } },
      ],
    });
  });
});

describe("the address of a report [FBK-02]", () => {
  const sentTo = `v1:k1:${"a".repeat(64)}`;
  const call = { ...readCallQuery(null), addressHash: sentTo };
  const spelled = { ...gone, address: "ANNA+news@Example.com" };

  test("is the one that was sent to, whatever spelling comes back", () => {
    const normalised = { ...bounce, call, reports: [spelled] };
    expect(decideProviderEvent(received({ normalised }), parts, now)).toMatchObject({
      outputs: [
        { topic: "comms.feedback", value: { address_hash: sentTo, suppress: "hard_bounce" } },
        { topic: "comms.suppression", value: { address_hash: sentTo, reason: "HARD_BOUNCE" } },
      ],
    });
  });

  test("also where the webhook names none, and where a complaint is taken back", () => {
    const { suppress: _, ...heard } = gone;
    const back: ProviderReport = { ...heard, status: "DELIVERED", lifts: "complaint", address: null };
    const outcome = decideProviderEvent(received({ normalised: { ...bounce, call, reports: [back] } }), parts, now);
    expect(outcome).toMatchObject({ outputs: [{ value: { address_hash: sentTo } }, { value: null }] });
    expect(JSON.stringify(outcome)).toContain(`acme/EMAIL/${sentTo}/COMPLAINT`);
  });

  test("also of a message that is not known any more", () => {
    const normalised = { ...bounce, call, reports: [spelled] };
    const outcome = decideProviderEvent(received({ message: undefined, normalised }), parts, now + patienceMs);
    expect(outcome).toMatchObject({ outputs: [{ topic: "comms.suppression", value: { address_hash: sentTo } }] });
  });
});

const queryOf = (change: Partial<Send> = {}) => {
  const send = { attempt: 1, lane: "EXPRESS", expires_at: null, ...change } as const;
  return new URLSearchParams(writeCallQuery(send, `v1:k1:${"b".repeat(64)}`)).toString();
};
const givenBack: ProviderReport = {
  status: "FAILED",
  description: "The handset cannot be reached",
  code: "30003",
  address: null,
  reason: "COMMS_PROVIDER_REJECTED",
  retry: { tries: 3, baseMs: 60_000 },
};
const webhookOf = (change: Partial<Send> = {}): ParsedWebhook => {
  const call = readCallQuery(queryOf(change));
  return { kind: "parsed", channel: "SMS", msgId: "m-1", providerRef: "SM1", call, reports: [givenBack] };
};
const scheduled = (outcome: Outcome) => {
  const outputs = outcome.kind === "deadLetter" ? [] : outcome.outputs;
  const item = outputs
    .map((output) => ("value" in output && output.topic === "comms.schedule" ? (output.value as ScheduleItem) : null))
    .find((value) => value !== null);
  return item && { item, ...(JSON.parse(item.payload.toString()) as { topic: string; send: Send }) };
};

describe("a failure after the provider had taken the message [FBK-03]", () => {
  test.each([1, 2])(
    "makes the next attempt of the same message after attempt %i, and no status of it is final",
    (attempt) => {
      const outcome = decideProviderEvent(received({ normalised: webhookOf({ attempt }) }), parts, now);
      expect(topicsOf(outcome)).toEqual(["comms.feedback", "comms.schedule"]);
      expect(outcome).toMatchObject({
        outputs: [{ value: { status: "QUEUED", attempt, provider_code: "30003", suppress: null } }, {}],
      });
      const { item, send } = scheduled(outcome) as NonNullable<ReturnType<typeof scheduled>>;
      expect(item).toMatchObject({ kind: "retry", msg_id: "m-1", target_topic: "comms.send.sms", key: "acme/anna" });
      expect(item.due_at).toBeGreaterThanOrEqual(now + 60_000);
      expect(send).toMatchObject({
        msg_id: "m-1",
        attempt: attempt + 1,
        reopens: attempt,
        artifact_ref: "renders/1",
        content_hash: "abc",
        channel: "SMS",
      });
    },
  );

  test("told twice is one item on the schedule", () => {
    const ids = [now, now + 5_000].map((at) => {
      const event = { ...providerEvent("x"), provider_event_id: `p-${at}` };
      return scheduled(decideProviderEvent(received({ event, normalised: webhookOf() }), parts, at))?.item.schedule_id;
    });
    expect(ids[0]).toBe(ids[1]);
  });

  test.each<[string, number | null, number]>([
    ["the last render, though the row is older", now - 5_000, now - 5_000],
    ["the row, where no render is known", null, now - 60_000],
  ])("counts for a cancellation as of %s", (_, queued_at, came) => {
    const outcome = decideProviderEvent(
      received({ normalised: webhookOf(), message: { ...message, queued_at } }),
      parts,
      now,
    );
    expect(scheduled(outcome)?.send.received_at).toBe(came);
  });

  test("keeps the lane", () => {
    const outcome = decideProviderEvent(received({ normalised: webhookOf({ lane: "BULK" }) }), parts, now);
    expect(scheduled(outcome)).toMatchObject({ topic: "comms.send.sms.bulk", send: { lane: "BULK" } });
  });
});

describe("the last failure of a message that the provider had taken [FBK-03]", () => {
  test.each<[string, Partial<ReceivedWebhook>]>([
    ["its row promises no more", { normalised: webhookOf({ attempt: 3 }) }],
    ["it would come after the message's expiry", { normalised: webhookOf({ expires_at: now + 30_000 }) }],
    ["the callback does not say which attempt it was", { normalised: { ...webhookOf(), call: readCallQuery("") } }],
    [
      "the expiry in it cannot be read",
      { normalised: { ...webhookOf(), call: readCallQuery(`${queryOf()}&expires=x`) } },
    ],
  ])("is final where %s", (_, over) => {
    const outcome = decideProviderEvent(received(over), parts, now);
    expect(outcome).toMatchObject({ outputs: [{ topic: "comms.feedback", value: { status: "FAILED" } }] });
    expect(topicsOf(outcome)).toEqual(["comms.feedback"]);
  });

  test("waits while the table has no render of the message, and is final once it never comes", () => {
    const bare = { ...message, artifact_ref: null };
    const given = received({ normalised: webhookOf(), message: bare });
    expect(decideProviderEvent(given, parts, now + 1_000)).toMatchObject({ kind: "defer" });
    expect(decideProviderEvent(given, parts, now + patienceMs)).toMatchObject({
      outputs: [{ value: { status: "FAILED" } }],
    });
  });

  test("without a number of its own is tried as often as a sender tries", () => {
    const { tries: _, ...retry } = { tries: 0, baseMs: 1_000 };
    const normalised = (attempt: number) => ({ ...webhookOf({ attempt }), reports: [{ ...givenBack, retry }] });
    const kinds = [defaultPolicy.maxAttempts - 1, defaultPolicy.maxAttempts].map((attempt) =>
      topicsOf(decideProviderEvent(received({ normalised: normalised(attempt) }), parts, now)),
    );
    expect(kinds).toEqual([["comms.feedback", "comms.schedule"], ["comms.feedback"]]);
  });
});

describe("the entries of the suppression list", () => {
  const report: fc.Arbitrary<ProviderReport> = fc.record(
    {
      code: fc.constantFrom("Permanent/General", "Complaint/abuse", "30003"),
      status: fc.constantFrom<ProviderReport["status"]>("BOUNCED", "COMPLAINED", "DELIVERED", "FAILED"),
      description: fc.constant("A sentence"),
      address: fc.constantFrom(null, "anna@example.com", "b@example.com"),
      suppress: fc.constantFrom("hard_bounce", "complaint", "unsubscribe", "stop"),
      retry: fc.constant({ tries: 3, baseMs: 1_000 }),
    },
    { requiredKeys: ["code", "status", "description", "address"] },
  );
  const calls = fc.constantFrom(null, 1, 9).map((attempt) => ({ ...readCallQuery(""), attempt }));

  test("are those that came of reading the reports back [FBK-02]", () => {
    let entries = 0;
    fc.assert(
      fc.property(fc.array(report, { minLength: 1, maxLength: 4 }), calls, (reports, call) => {
        const normalised = { ...bounce, call, reports };
        const outcome = decideProviderEvent(received({ normalised }), parts, now);
        const outputs = (outcome as { readonly outputs: readonly Output[] }).outputs;
        expect(suppressionsIn(outputs)).toEqual(readBackSuppressions(outputs));
        entries += suppressionsIn(outputs).length;
      }),
    );
    expect(entries).toBeGreaterThan(20);
  });
});
