import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { MessageName } from "#processors/feedback/adapters/message-finder.ts";
import type { KnownMessage } from "#processors/feedback/core/message.ts";
import { createFeedback } from "#processors/feedback/processor.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Feedback, ProviderEvent, ScheduleItem, Suppression } from "#shared/contracts/records.ts";
import { subjectTags } from "#shared/delivery/providers/ses/core/subject-tags.ts";
import { webhookNormalisers } from "#shared/delivery/providers/webhook-normalisers.ts";
import type { LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { ses } from "../../shared/delivery/providers/ses/bench.ts";
import { annaHash, feedback, hasher, message, now, providerEvent, received, subjects } from "./bench.ts";

const golden = (name: string) =>
  readFileSync(new URL(`../../../golden/webhooks/ses/event/${name}.json`, import.meta.url), "utf8");

interface Setting {
  readonly known?: readonly KnownMessage[];
  readonly at?: number;
}

async function run(records: readonly DecodedRecord<ProviderEvent>[], { known = [], at = now }: Setting = {}) {
  const asked: MessageName[][] = [];
  const unknown: string[] = [];
  const alerts: string[] = [];
  const reconciled: LoggedResult[] = [];
  const processor = createFeedback({
    results: { tell: async (results) => void reconciled.push(...results) },
    hasher,
    subjects,
    normalisers: webhookNormalisers,
    encode: (_, send) => Buffer.from(JSON.stringify(send)),
    onAlert: ({ provider, code, level }) => alerts.push(`${level} ${provider} ${code}`),
    messages: {
      find: async (names) => {
        asked.push([...names]);
        return names.map(({ msgId, providerRef }) =>
          known.find((one) => (msgId ? one.msg_id === msgId : one.provider_ref === providerRef)),
        );
      },
    },
    onUnknown: (provider, code) => unknown.push(`${provider} ${code}`),
  });
  const facts = await processor.gather(records, at);
  const outcomes = records.map((record, i) => processor.decide(record, facts[i] as never, at)) as Outcome[];
  await processor.afterWrite?.(outcomes, at);
  return { outcomes, asked, unknown, alerts, reconciled };
}

async function receive(
  body: string,
  more: Partial<ProviderEvent> & Setting & { waited?: number } = {},
): Promise<Outcome> {
  const { known, at, waited, ...event } = more;
  const headers: Record<string, Buffer> = waited === undefined ? {} : { "comms-attempt": Buffer.from(String(waited)) };
  const record = received("comms.provider-events", providerEvent(body, event), headers);
  return (await run([record], { ...(known ? { known } : {}), ...(at ? { at } : {}) })).outcomes[0] as Outcome;
}

function outputsOf(outcome: Outcome) {
  return outcome.kind === "deadLetter"
    ? []
    : (outcome.outputs as readonly { topic: string; key: string; value: unknown }[]);
}

describe("a report on a message", () => {
  it("is told to the ledger once the log holds it: a call that the provider reports on is in doubt no longer", async () => {
    const record = received("comms.provider-events", providerEvent(golden("bounce-permanent-general")));
    const { outcomes, reconciled } = await run([record], { known: [message] });
    const reports = outcomes.flatMap(outputsOf).filter(({ topic }) => topic === "comms.feedback");
    expect(reports).not.toEqual([]);
    expect(reconciled).toMatchObject(reports.map(() => ({ msgId: "m-1", state: "sent", bySender: false })));
  });
});

describe("a webhook with names that PostgreSQL refuses", () => {
  const bounce = (messageId: string, tag: string, bounceType: string) =>
    ses({
      eventType: "Bounce",
      mail: { messageId, tags: { msg_id: [tag] } },
      bounce: { bounceType, bouncedRecipients: [{ emailAddress: "anna@example.com" }] },
    });

  it.each(["m\0", "m\n1", "\ud800"])("asks nobody for %j, and waits for nothing", async (odd) => {
    const record = received("comms.provider-events", providerEvent(bounce(odd, odd, "Permanent")));
    const { asked, outcomes } = await run([record]);
    expect(asked).toEqual([[{ msgId: null, providerRef: null, provider: "ses" }]]);
    expect(outcomes[0]).toMatchObject({ kind: "drop", reason: "COMMS_STATE_STALE" });
    expect(JSON.stringify(outcomes)).not.toContain(JSON.stringify(odd).slice(1, -1));
  });

  it("finds the message by the other name, and reports the code without them", async () => {
    const ref = message.provider_ref ?? "";
    const [report] = outputsOf(await receive(bounce(ref, "m\0", "Perma\0nent"), { known: [message] }));
    expect(report?.value).toMatchObject({ msg_id: "m-1", provider_ref: ref, provider_code: "Perma\ufffdnent/" });
  });

  it("takes Twilio's query alike", async () => {
    const event = providerEvent("MessageStatus=delivered&MessageSid=SM1%00", { provider: "twilio", msg_id: "m\0" });
    const { asked } = await run([received("comms.provider-events", event)]);
    expect(asked).toEqual([[{ msgId: null, providerRef: null, provider: "twilio" }]]);
  });
});

describe("a webhook of a message that is known [FBK-01] [EML-04]", () => {
  it("becomes a report with all that the webhook lacks", async () => {
    const outcome = await receive(golden("bounce-permanent-general"), { known: [message] });
    expect(outcome).toEqual({
      kind: "emit",
      outputs: [
        {
          topic: "comms.feedback",
          key: "acme/anna",
          value: feedback({
            recorded_at: now,
            causation_id: "p-1",
            feedback_id: deriveId("feedback", "m-1", 0, "BOUNCED", "p-1"),
            status: "BOUNCED",
            origin: "PROVIDER",
            attempt: 0,
            provider_ref: "0100019b8c0-ses-1",
            reason: "COMMS_INVALID_ADDRESS",
            provider_code: "Permanent/General",
            detail: "The mailbox does not exist",
            suppress: "hard_bounce",
            artifact_ref: "renders/1",
          }),
        },
        {
          topic: "comms.suppression",
          key: `acme/EMAIL/${annaHash}/HARD_BOUNCE/PROVIDER/all`,
          value: {
            suppression_id: deriveId("suppression", `acme/EMAIL/${annaHash}/HARD_BOUNCE/PROVIDER/all`),
            tenant_id: "acme",
            channel: "EMAIL",
            address_hash: annaHash,
            reason: "HARD_BOUNCE",
            origin: "PROVIDER",
            scope: "all",
            created_at: now,
            msg_id: "m-1",
            evidence: deriveId("feedback", "m-1", 0, "BOUNCED", "p-1"),
          },
        },
      ],
    });
  });

  it("is found by the provider's reference where it does not name the message", async () => {
    const mail = { messageId: message.provider_ref };
    const outcome = await receive(ses({ eventType: "Delivery", mail }), { known: [message] });
    expect(outputsOf(outcome)).toMatchObject([{ value: { msg_id: "m-1", status: "DELIVERED", address_hash: null } }]);
  });
});

describe("what a webhook of a known message says [FBK-01] [EML-04]", () => {
  it("gives each recipient a report with an id of its own, the same at every reading", async () => {
    const bounce = {
      bounceType: "Permanent",
      bounceSubType: "General",
      bouncedRecipients: [{ emailAddress: "anna@example.com" }, { emailAddress: "b@example.com" }],
    };
    const body = ses({ eventType: "Bounce", mail: { tags: { msg_id: ["m-1"] } }, bounce });
    const ids = async () =>
      outputsOf(await receive(body, { known: [message] }))
        .filter(({ topic }) => topic === "comms.feedback")
        .map(({ value }) => (value as Feedback).feedback_id);
    const first = await ids();
    expect(new Set(first).size).toBe(2);
    expect(await ids()).toEqual(first);
  });

  it("lifts the complaint that a recipient takes back", async () => {
    const outputs = outputsOf(await receive(golden("complaint-not-spam"), { known: [message] }));
    expect(outputs).toMatchObject([
      { topic: "comms.feedback", value: { status: "DELIVERED", suppress: null } },
      { topic: "comms.suppression", key: `acme/EMAIL/${annaHash}/COMPLAINT/RECIPIENT/all`, value: null },
    ]);
  });

  it.each(["mailboxfull", "general", "contentrejected"])("suppresses nobody for a soft bounce: %s", async (name) => {
    const outputs = outputsOf(await receive(golden(`bounce-transient-${name}`), { known: [message] }));
    expect(outputs).toMatchObject([{ topic: "comms.feedback", value: { status: "FAILED", suppress: null } }]);
  });

  it("is reported at any age", async () => {
    const outcome = await receive(golden("complaint-abuse"), { known: [message], at: now + 30 * 86_400_000 });
    expect(outcome.kind).toBe("emit");
  });
});

describe("a webhook that brings its message along", () => {
  const subject = { ...message, artifact_ref: "renders/1", occurred_at: message.created_at };
  const delivery = (sealed: string, msgId = "m-1") =>
    ses({
      eventType: "Delivery",
      mail: {
        messageId: "0100019b8c0-ses-1",
        tags: {
          msg_id: [msgId],
          ...Object.fromEntries(subjectTags(sealed).map(({ Name, Value }) => [Name, [Value]])),
        },
      },
    });
  const from = (tenant_id: string) => ({ tenant_id }) as const;
  const heard = (body: string, known: readonly KnownMessage[] = [], more: Partial<ProviderEvent> = {}) =>
    run([received("comms.provider-events", providerEvent(body, more))], { known });

  it("is reported on without a row, and asks for none", async () => {
    const { outcomes, asked } = await heard(delivery(subjects.seal(subject)));
    expect(asked).toEqual([[]]);
    expect(outcomes[0]?.kind).toBe("emit");
    const looked = await heard(golden("delivery"), [message]);
    expect(looked.asked[0]).toHaveLength(1);
    const reports = [outcomes, looked.outcomes].map(([outcome]) => outputsOf(outcome as Outcome));
    const [alone, byRow] = reports.map(([one]) => ({
      ...one,
      value: { ...(one?.value as Feedback), address_hash: null },
    }));
    expect(alone).toEqual(byRow);
    expect(alone?.value).toMatchObject({
      msg_id: "m-1",
      user_id: "anna",
      status: "DELIVERED",
      artifact_ref: "renders/1",
    });
  });

  it.each([
    ["is sealed under another's key", "A".repeat(600)],
    ["is another message's", subjects.seal({ ...subject, msg_id: "m-2" })],
    ["is cut off", subjects.seal(subject).slice(0, -4)],
  ])("is looked up where what it brings %s", async (_, sealed) => {
    const { outcomes, asked } = await heard(delivery(sealed), [message]);
    expect(asked[0]).toHaveLength(1);
    expect(outcomes[0]?.kind).toBe("emit");
    expect((await heard(delivery(sealed))).outcomes[0]?.kind).toBe("defer");
  });

  it("is dropped where another tenant's account signed it", async () => {
    const body = delivery(subjects.seal(subject));
    expect((await heard(body, [], from("acme"))).outcomes[0]?.kind).toBe("emit");
    expect((await heard(body, [], from("other"))).outcomes[0]).toMatchObject({ kind: "drop", outputs: [] });
  });

  it("is looked up with those that bring nothing, in one trip", async () => {
    const { outcomes, asked } = await run(
      [
        received("comms.provider-events", providerEvent(delivery(subjects.seal(subject)))),
        received("comms.provider-events", providerEvent(golden("complaint-abuse"))),
      ],
      { known: [message] },
    );
    expect(asked.map((names) => names.length)).toEqual([1]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["emit", "emit"]);
  });
});

describe("a webhook that says what is ours to mend", () => {
  const bounceOf = (bounceType: string, bounceSubType: string, recipient: object) =>
    ses({
      eventType: "Bounce",
      mail: { tags: { msg_id: ["m-1"] } },
      bounce: {
        bounceType,
        bounceSubType,
        bouncedRecipients: [{ emailAddress: "anna@example.com", ...recipient }],
      },
    });
  const heard = (body: string) => run([received("comms.provider-events", providerEvent(body))], { known: [message] });

  it("a network on a block list: the message failed, an alert is raised, and nobody is suppressed", async () => {
    const recipient = { status: "5.7.1", diagnosticCode: "smtp; 550 5.7.1 network on block list" };
    const { outcomes, alerts } = await heard(bounceOf("Permanent", "General", recipient));
    expect(outputsOf(outcomes[0] as Outcome)).toMatchObject([
      { topic: "comms.feedback", value: { status: "FAILED", reason: "COMMS_PROVIDER_REJECTED", suppress: null } },
    ]);
    expect(alerts).toEqual(["P1 ses Permanent/General"]);
  });

  it("a dead mailbox raises none", async () => {
    expect((await heard(golden("bounce-permanent-general"))).alerts).toEqual([]);
  });

  it("raises its alert once, though the webhook waits and comes back", async () => {
    const body = bounceOf("Permanent", "General", { status: "5.7.26" });
    const again = received("comms.provider-events", providerEvent(body), { "comms-attempt": Buffer.from("1") });
    expect((await run([again])).alerts).toEqual([]);
  });

  it("a report names the mailbox by the hash that was sent to: the case of what comes back is no matter [FBK-02]", async () => {
    const sentTo = hasher.hash("EMAIL", "Mira.Holt@Example.com");
    const body = ses({
      eventType: "Bounce",
      mail: { tags: { msg_id: ["m-1"], to: [sentTo.replaceAll(":", ".")] } },
      bounce: {
        bounceType: "Permanent",
        bounceSubType: "NoEmail",
        bouncedRecipients: [{ emailAddress: "elsewhere@example.org" }],
      },
    });
    const [report] = outputsOf(await receive(body, { known: [message] }));
    expect(report?.value).toMatchObject({ address_hash: sentTo, suppress: "hard_bounce" });
    expect(hasher.hash("EMAIL", "mira.holt@example.com")).toBe(sentTo);
  });
});

describe("a webhook of a message that is not known yet", () => {
  it("waits on the schedule, byte for byte, and holds back nobody", async () => {
    const outcome = await receive(golden("delivery"));
    expect(outcome).toEqual({
      kind: "defer",
      reason: "COMMS_STATE_STALE",
      outputs: [
        {
          topic: "comms.schedule",
          key: "default/",
          value: {
            schedule_id: deriveId("schedule", "feedback_wait", "p-1", 1),
            tenant_id: "default",
            user_id: "",
            msg_id: "m-1",
            kind: "feedback_wait",
            created_at: now,
            due_at: now + 1_000,
            expires_at: null,
            target_topic: "comms.provider-events",
            key: "p-1",
            payload: Buffer.from("the very bytes"),
            headers: { "comms-attempt": "1" },
            cause_ref: null,
            received_at: null,
            pause_key: null,
          } satisfies ScheduleItem,
        },
      ],
    });
  });
});

describe("a webhook of a message that never becomes known", () => {
  it("ends after five minutes, and says why", async () => {
    expect(await receive(golden("delivery"), { at: now + 300_000 })).toEqual({
      kind: "drop",
      reason: "COMMS_STATE_STALE",
      outputs: [],
    });
  });

  it("ends at once where it names no message", async () => {
    expect((await receive(ses({ eventType: "Delivery", mail: {} }))).kind).toBe("drop");
  });

  it.for([
    ["bounce-permanent-general", "HARD_BOUNCE", "PROVIDER", "all"],
    ["complaint-abuse", "COMPLAINT", "RECIPIENT", "all"],
    ["bounce-permanent-unsubscribedrecipient", "UNSUBSCRIBE", "RECIPIENT", "stream:marketing"],
  ])("is heeded all the same where it ends an address: %s [FBK-02]", async ([name = "", reason, origin, scope]) => {
    const outcome = await receive(golden(name), { at: now + 300_000 });
    const key = `default/EMAIL/${annaHash}/${reason}/${origin}/${scope}`;
    expect(outcome).toMatchObject({ kind: "drop", reason: "COMMS_STATE_STALE" });
    expect(outputsOf(outcome)).toEqual([
      {
        topic: "comms.suppression",
        key,
        value: {
          suppression_id: deriveId("suppression", key),
          tenant_id: "default",
          channel: "EMAIL",
          address_hash: annaHash,
          reason,
          origin,
          scope,
          created_at: now,
          msg_id: "m-1",
          evidence: "p-1",
        } as Suppression,
      },
    ]);
  });

  it("suppresses nobody for what passes", async () => {
    expect(outputsOf(await receive(golden("bounce-transient-mailboxfull"), { at: now + 300_000 }))).toEqual([]);
  });
});

describe("a webhook that says nothing", () => {
  it.each(["open", "click", "deliverydelay"])("ends without a word, and is looked up nowhere: %s", async (name) => {
    const { outcomes, asked } = await run([received("comms.provider-events", providerEvent(golden(name)))]);
    expect([outcomes, asked]).toEqual([[{ kind: "emit", outputs: [] }], [[]]]);
  });

  it("is rejected where it cannot be read, without a value of it", async () => {
    const outcome = await receive("canary");
    expect(outcome).toEqual({ kind: "deadLetter", reason: "COMMS_POISON", message: "The body is not an SES event" });
  });

  it("is counted where no table has it, once however often it waits", async () => {
    const body = ses({
      eventType: "Bounce",
      mail: { messageId: "x" },
      bounce: { bounceType: "Odd", bounceSubType: "Odd" },
    });
    const again = received("comms.provider-events", providerEvent(body), { "comms-attempt": Buffer.from("1") });
    const { unknown } = await run([received("comms.provider-events", providerEvent(body)), again]);
    expect(unknown).toEqual(["ses Bounce/Odd/Odd"]);
  });
});

it("a batch is looked up in one trip, and answered in its order", async () => {
  const { outcomes, asked } = await run(
    [
      received("comms.provider-events", providerEvent(golden("delivery"))),
      received("comms.provider-events", providerEvent(ses({ eventType: "Open", mail: {} }))),
      received("comms.provider-events", providerEvent(golden("complaint-abuse"))),
    ],
    { known: [message] },
  );
  expect(asked).toEqual([
    [
      { msgId: "m-1", providerRef: "0100019b8c0-ses-1", provider: "ses" },
      { msgId: "m-1", providerRef: "0100019b8c0-ses-1", provider: "ses" },
    ],
  ]);
  expect(outcomes.map((outcome) => outputsOf(outcome).map(({ topic }) => topic))).toEqual([
    ["comms.feedback"],
    [],
    ["comms.feedback", "comms.suppression"],
  ]);
});
