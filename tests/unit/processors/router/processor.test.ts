import { describe, expect, test } from "vitest";
import { gateNames } from "#processors/router/core/evaluate-gates.ts";
import { deriveId, deriveMsgId } from "#shared/domain/message/id.ts";
import { flagNames } from "#shared/domain/policy/flag-names.ts";
import { spreadOf } from "#shared/domain/quiet-hours/spread.ts";
import type { AddressRef } from "#shared/domain/recipient/person.ts";
import {
  aConsent,
  aFlag,
  anAccepted,
  aPerson,
  aPreference,
  aProfile,
  aSuppression,
  noon,
} from "#tests/support/policy/records.ts";
import { outputsOf, released, routerIn, verdicts, written } from "#tests/support/policy/router.ts";

const night = Date.UTC(2026, 10, 23, 3); // ten in the evening in New York
const morning = Date.UTC(2026, 10, 23, 13, 1) + spreadOf("usr_buyer"); // one past eight
const msgIdOf = (channel: string) =>
  deriveMsgId({
    tenantId: "default",
    templateName: "booking_confirmed_buyer",
    userId: "usr_buyer",
    causeRef: "bk_7Q2M",
    channel,
  });

describe("router: what goes out [CAN-02] [INT-04] [INT-05] [RTR-03] [RTR-09]", () => {
  test("given a confirmed booking and a person open on every channel, four messages and a decision each", async () => {
    const outcome = await routerIn().run(anAccepted());

    const routed = written(outcome, "comms.routed");
    expect(outcome.kind).toBe("emit");
    expect(verdicts(outcome)).toEqual(["EMAIL PASS", "PUSH PASS", "SMS PASS", "INAPP PASS"]);
    expect(routed.map(({ msg_id }) => msg_id)).toEqual(["email", "push", "sms", "inapp"].map(msgIdOf));
    expect(routed.map(({ address_hash }) => address_hash)).toEqual(["v1:new:EMAIL", null, "v1:new:SMS", null]);
    expect(routed[0]).toMatchObject({ template_version: 3, locale: "en-US", lane: "EXPRESS", round: 0 });
    expect(outputsOf(outcome).every(({ key }) => key === "default/usr_buyer")).toBe(true);
  });

  test("given the bulk lane, they go out in it", async () => {
    const outcome = await routerIn().run(anAccepted({ lane: "BULK", channels: ["EMAIL"] }));
    expect(outputsOf(outcome).map(({ topic }) => topic)).toEqual(["comms.decisions", "comms.routed.bulk"]);
  });

  test("given a decision, it tells every gate in order with the rule and the value", async () => {
    const outcome = await routerIn().run(anAccepted({ channels: ["SMS"] }));
    const [decision] = written(outcome, "comms.decisions");
    expect(decision?.trace.map(({ gate }) => gate)).toEqual([...gateNames, "dedupe"]);
    expect(decision).toMatchObject({ stage: "router", gate: "pause", verdict: "PASS", reason: null, due_at: null });
    expect(decision?.decision_id).toBe(deriveId("decision", msgIdOf("sms"), "router", 0));
    expect(decision?.trace.find(({ gate }) => gate === "quiet_hours")?.detail).toBe(
      "Quiet hours are 21:00 to 08:00 in America/New_York; it is outside them",
    );
  });

  test("given a batch, two trips for the facts and one for the keys, however many records there are", async () => {
    const { runAll, calls } = routerIn();
    await runAll(["u1", "u2", "u3"].map((user_id) => anAccepted({ user_id })));
    expect(calls).toEqual(["persons", "stops", "suppressions", "claim 12"]);
  });

  test("given the wish for a locale that the template has, the message takes it", async () => {
    const active = () => ({ version: 3, locales: ["en-US", "fr-CA"] });
    const person = aPerson({ profile: aProfile({ locale: null, city: "Montréal" }) });
    const outcome = await routerIn({ active, person }).run(anAccepted({ channels: ["EMAIL"] }));
    expect(written(outcome, "comms.routed")[0]?.locale).toBe("fr-CA");
  });
});

const email = anAccepted({ channels: ["EMAIL"] });
const bounced = () => [aSuppression()];

const blockedMessages = [
  {
    name: "somebody unknown, but for in-app",
    world: { person: aPerson({ profile: null, consents: [], tokens: [] }) },
    accepted: anAccepted(),
    expected: ["EMAIL DROP COMMS_NO_ADDRESS", "PUSH DROP COMMS_NO_ADDRESS", "SMS DROP COMMS_NO_ADDRESS", "INAPP PASS"],
  },
  {
    name: "an address that is none",
    world: { person: aPerson({ profile: aProfile({ email: "ines" }) }) },
    accepted: email,
    expected: ["EMAIL DROP COMMS_INVALID_ADDRESS"],
  },
  {
    name: "a bounced address",
    world: { entries: bounced },
    accepted: email,
    expected: ["EMAIL DROP COMMS_SUPPRESSED"],
  },
  {
    name: "a bounced address, critical",
    world: { entries: bounced },
    accepted: { ...email, critical: true },
    expected: ["EMAIL DROP COMMS_SUPPRESSED"],
  },
  {
    name: "a complaint, critical",
    world: { entries: () => [aSuppression({ reason: "COMPLAINT" })] },
    accepted: { ...email, critical: true },
    expected: ["EMAIL PASS critical_override"],
  },
  {
    name: "a template that is not published",
    world: { active: () => undefined },
    accepted: email,
    expected: ["EMAIL DROP COMMS_NO_TEMPLATE"],
  },
  {
    name: "a template in a foreign locale only",
    world: { active: () => ({ version: 1, locales: ["fr-CA"] }) },
    accepted: email,
    expected: ["EMAIL DROP COMMS_LOCALE_MISSING"],
  },
  {
    name: "an opt-out",
    world: {
      person: aPerson({
        preference: aPreference({ channels: [{ channel: "EMAIL", category: "booking", opted_in: false }] }),
      }),
    },
    accepted: email,
    expected: ["EMAIL DROP COMMS_PREF_BLOCKED"],
  },
  {
    name: "a promotion by email",
    world: {},
    accepted: { ...email, category: "promotions" },
    expected: ["EMAIL DROP COMMS_PREF_BLOCKED"],
  },
  {
    name: "a channel switched off, critical",
    world: { flags: new Map([aFlag("comms.channels.email.enabled", false)]) },
    accepted: { ...email, critical: true },
    expected: ["EMAIL DROP COMMS_CHANNEL_DISABLED"],
  },
  {
    name: "an event too late, critical",
    world: {},
    accepted: { ...email, critical: true, expires_at: noon },
    expected: ["EMAIL DROP COMMS_EXPIRED"],
  },
  {
    name: "a channel of a later version",
    world: {},
    accepted: { ...email, channels: ["UNKNOWN" as const] },
    expected: ["UNKNOWN DROP COMMS_CHANNEL_DISABLED"],
  },
];

describe("router: what does not [RTR-08] [RTR-09] [CAN-11]", () => {
  test.each(blockedMessages)("given $name", async ({ world, accepted, expected }) => {
    const outcome = await routerIn(world).run(accepted);
    expect(verdicts(outcome)).toEqual(expected);
    const passed = expected.filter((line) => line.includes("PASS")).length;
    expect(outputsOf(outcome)).toHaveLength(expected.length + passed);
  });
});

describe("router: what does not, and why", () => {
  test("given an entry under a retired pepper, the address stays suppressed", async () => {
    const old = ({ addressHash }: AddressRef) => (addressHash === "v1:old:EMAIL" ? [aSuppression()] : []);
    expect(verdicts(await routerIn({ entries: old }).run(email))).toEqual(["EMAIL DROP COMMS_SUPPRESSED"]);
  });

  test("given several reasons, the first gate's is the reason and the others are in the trace", async () => {
    const world = {
      entries: bounced,
      person: aPerson({
        preference: aPreference({ channels: [{ channel: "EMAIL", category: "booking", opted_in: false }] }),
      }),
    };
    const outcome = await routerIn(world).run(email, night);
    const [decision] = written(outcome, "comms.decisions");
    const noes = decision?.trace.filter(({ verdict }) => verdict !== "PASS").map(({ gate }) => gate);
    expect(decision).toMatchObject({ gate: "suppression", reason: "COMMS_SUPPRESSED" });
    expect(noes).toEqual(["suppression", "preference", "quiet_hours"]);
  });

  test("given nothing but drops, the record counts as dropped for the first reason", async () => {
    expect(await routerIn({ entries: bounced }).run(email)).toMatchObject({ kind: "drop", reason: "COMMS_SUPPRESSED" });
  });
});

describe("router: what waits [RTR-07] [QH-03] [RTR-05]", () => {
  const email = anAccepted({ channels: ["EMAIL", "INAPP"] });

  test("given quiet hours, each message waits on the schedule by itself, its version pinned", async () => {
    const outcome = await routerIn().run(email, night);
    const items = written(outcome, "comms.schedule");

    expect(outcome).toMatchObject({ kind: "defer", reason: "COMMS_QUIET_HOURS" });
    expect(verdicts(outcome)).toEqual(["EMAIL DEFER COMMS_QUIET_HOURS", "INAPP DEFER COMMS_QUIET_HOURS"]);
    expect(items[0]).toMatchObject({
      kind: "quiet_hours",
      due_at: morning,
      target_topic: "comms.accepted",
      key: "default/usr_buyer",
    });
    expect(items[0]?.schedule_id).toBe(deriveId("schedule", "quiet_hours", msgIdOf("email"), 0));
    expect(items.map(({ payload }) => released(payload))).toMatchObject([
      { channels: ["EMAIL"], round: 1, template_version: 3, msg_id: msgIdOf("email") },
      { channels: ["INAPP"], round: 1, template_version: 3, msg_id: msgIdOf("inapp") },
    ]);
    expect(new Set(items.map(({ payload }) => released(payload).accepted_id)).size).toBe(2);
  });

  test("given its release, it goes out under the same id, and the version that was pinned", async () => {
    const router = routerIn();
    const [item] = written(await router.run(email, night), "comms.schedule");
    const accepted = released(item?.payload as Buffer);
    const newer = routerIn({ active: () => ({ version: 4, locales: ["en-US"] }) });
    const [routed] = written(await newer.run(accepted, morning), "comms.routed");
    expect(routed).toMatchObject({ msg_id: msgIdOf("email"), template_version: 3, round: 1 });
  });

  test("given the pinned version withdrawn meanwhile, it goes out in the active one", async () => {
    const pinned = { ...email, channels: ["EMAIL" as const], template_version: 2, round: 1 };
    const outcome = await routerIn({ version: () => undefined }).run(pinned);
    expect(written(outcome, "comms.routed")).toMatchObject([{ template_version: 3 }]);
  });

  test("given a template taken down meanwhile, what waits for it is stopped", async () => {
    const pinned = { ...email, template_version: 3, round: 1 };
    const outcome = await routerIn({ active: () => undefined }).run(pinned);
    expect(verdicts(outcome)[0]).toBe("EMAIL DROP COMMS_NO_TEMPLATE");
  });

  test("given an opt-out meanwhile, it is not sent", async () => {
    const optedOut = aPerson({
      preference: aPreference({ channels: [{ channel: "EMAIL", category: "booking", opted_in: false }] }),
    });
    const outcome = await routerIn({ person: optedOut }).run({ ...email, channels: ["EMAIL"], round: 1 }, morning);
    expect(verdicts(outcome)).toEqual(["EMAIL DROP COMMS_PREF_BLOCKED"]);
  });

  test("given a cadence, the message is collected in the person's zone", async () => {
    const outcome = await routerIn().run(anAccepted({ channels: ["EMAIL"], cadence: "messages.daily_digest" }), night);
    expect(verdicts(outcome)).toEqual(["EMAIL DIGEST COMMS_DIGESTED"]);
    expect(written(outcome, "comms.digest")).toMatchObject([
      {
        cadence: "messages.daily_digest",
        tz: "America/New_York",
        msg_id: msgIdOf("email"),
        item_id: deriveId("digest-item", "messages.daily_digest", msgIdOf("email")),
      },
    ]);
  });

  test("given the pause of everything that is not critical, it comes back and nothing is lost", async () => {
    const flags = new Map([aFlag(flagNames.nonCritical, false)]);
    expect(verdicts(await routerIn({ flags }).run({ ...email, channels: ["EMAIL"] }))).toEqual([
      "EMAIL DEFER COMMS_PAUSED",
    ]);
    expect(verdicts(await routerIn({ flags }).run({ ...email, channels: ["EMAIL"], critical: true }))).toEqual([
      "EMAIL PASS critical_override",
    ]);
  });
});

describe("router: what has a cadence [DIG-02]", () => {
  const posted = (second: number, thread: string) =>
    anAccepted({
      cause_event: "message.posted",
      cause_ref: `${thread}/${second}`,
      template_name: "new_message_digest",
      category: "messages",
      channels: ["EMAIL"],
      cadence: "messages.daily_digest",
      dedupe_key: `THREAD:${thread}:2026-11-22T12%3A00`,
    });
  const four = [posted(1, "th_1"), posted(3, "th_1"), posted(5, "th_1"), posted(6, "th_2")];

  test("four messages of one minute, three of them in one thread, are four items of the digest", async () => {
    const { runAll, calls } = routerIn();
    const outcomes = await runAll(four);
    expect(outcomes.map(verdicts)).toEqual(four.map(() => ["EMAIL DIGEST COMMS_DIGESTED"]));
    const items = outcomes.flatMap((outcome) => written(outcome, "comms.digest"));
    expect(new Set(items.map(({ item_id }) => item_id)).size).toBe(4);
    expect(calls).toEqual(["persons", "stops", "suppressions"]);
  });

  test("the same message told again is the same item", async () => {
    const [first, second] = await routerIn().runAll([posted(1, "th_1"), posted(1, "th_1")]);
    const idOf = (outcome: typeof first) => outcome && written(outcome, "comms.digest")[0]?.item_id;
    expect(idOf(first)).toBeDefined();
    expect(idOf(second)).toBe(idOf(first));
  });

  test("it holds no key against what is sent at once, nor that against it", async () => {
    const atOnce = { ...posted(7, "th_1"), critical: true };
    const outcomes = await routerIn().runAll([posted(1, "th_1"), atOnce, posted(2, "th_1")]);
    expect(outcomes.flatMap(verdicts)).toEqual([
      "EMAIL DIGEST COMMS_DIGESTED",
      "EMAIL PASS",
      "EMAIL DIGEST COMMS_DIGESTED",
    ]);
  });
});

describe("router: dedupe [DED-01] [DED-02] [DED-04] [RTR-04]", () => {
  const email = anAccepted({ channels: ["EMAIL"] });
  const again = { ...email, cause_ref: "bk_7Q2M-again", event_id: "another" };

  test("given the same event three times, the same records each time: the ledger stops the repeat", async () => {
    const { run } = routerIn();
    const first = await run(email);
    expect(await run(email)).toEqual(first);
    expect(await run(email)).toEqual(first);
    expect(verdicts(first)).toEqual(["EMAIL PASS"]);
  });

  test("given another event that says the same, it is dropped within five minutes and not after", async () => {
    const { run } = routerIn();
    await run(email);
    expect(verdicts(await run(again, noon + 299_999))).toEqual(["EMAIL DROP COMMS_DEDUPED"]);
    expect(verdicts(await run(again, noon + 300_000))).toEqual(["EMAIL PASS"]);
  });

  test("given a message that waits, another that says the same is dropped; the first goes out", async () => {
    const { run } = routerIn();
    const [item] = written(await run(email, night), "comms.schedule");
    expect(verdicts(await run(again, night + 60_000))).toEqual(["EMAIL DROP COMMS_DEDUPED"]);
    expect(verdicts(await run(released(item?.payload as Buffer), morning))).toEqual(["EMAIL PASS"]);
  });

  test("given decisions on the log, it sees to their claims again", async () => {
    const { run, afterWrite, kept } = routerIn();
    await afterWrite?.([await run(email)], noon);
    expect(kept).toEqual(["EMAIL PASS"]);
  });

  test("given a message that was blocked, it holds no key: the next goes out", async () => {
    const { run, calls } = routerIn({ person: aPerson() });
    expect(verdicts(await run({ ...email, expires_at: 1 }))).toEqual(["EMAIL DROP COMMS_EXPIRED"]);
    expect(calls).not.toContain("claim 1");
    expect(verdicts(await run(again))).toEqual(["EMAIL PASS"]);
  });
});

describe("router: deciders [RTR-01] [PRF-08] [CAN-11]", () => {
  const code = anAccepted({
    cause_event: "security.code_requested",
    category: "security",
    critical: true,
    channels: ["SMS", "EMAIL"],
  });
  const noConsent = aPerson({ consents: [] });

  test("given a security code and consent to texts, it takes the text alone", async () => {
    expect(verdicts(await routerIn().run(code))).toEqual(["SMS PASS"]);
  });

  test("given a security code and no consent to texts, it takes email", async () => {
    const outcome = await routerIn({ person: noConsent }).run(code);
    expect(verdicts(outcome)).toEqual(["SMS DROP COMMS_CONSENT_MISSING", "EMAIL PASS consent_fallback"]);
    const decision = written(outcome, "comms.decisions")[1];
    expect(decision).toMatchObject({ gate: "decider" });
    expect(decision?.trace[0]).toMatchObject({
      gate: "decider",
      verdict: "BYPASS",
      detail: "sms lacks a consent, so the message takes email",
    });
  });

  test("given a security code and no phone, it takes email, which is no fallback of consent", async () => {
    const person = aPerson({ profile: aProfile({ phone: null }) });
    expect(verdicts(await routerIn({ person }).run(code))).toEqual(["SMS DROP COMMS_NO_ADDRESS", "EMAIL PASS"]);
  });

  test("given any critical text without consent, it takes email, else in-app", async () => {
    const text = anAccepted({ critical: true, category: "legal", channels: ["SMS"] });
    expect(verdicts(await routerIn({ person: noConsent }).run(text))).toEqual([
      "SMS DROP COMMS_CONSENT_MISSING",
      "EMAIL PASS consent_fallback",
    ]);
    const noEmail = aPerson({ consents: [], profile: aProfile({ email: null }) });
    expect(verdicts(await routerIn({ person: noEmail }).run(text))).toEqual([
      "SMS DROP COMMS_CONSENT_MISSING",
      "INAPP PASS consent_fallback",
    ]);
  });

  test.each([
    ["that is not critical", anAccepted({ channels: ["SMS"] }), ["SMS DROP COMMS_CONSENT_MISSING"]],
    [
      "that goes by email anyway",
      anAccepted({ critical: true, channels: ["SMS", "EMAIL"] }),
      ["SMS DROP COMMS_CONSENT_MISSING", "EMAIL PASS"],
    ],
  ])("given a text without consent %s, there is no fallback", async (_, accepted, expected) => {
    expect(verdicts(await routerIn({ person: noConsent }).run(accepted))).toEqual(expected);
  });

  test("given a STOP, a critical text is withheld for want of consent and takes email", async () => {
    const person = aPerson({ consents: [aConsent("SMS", "*", { granted: false })] });
    const text = anAccepted({ critical: true, category: "security", channels: ["SMS"] });
    expect(verdicts(await routerIn({ person }).run(text))).toEqual([
      "SMS DROP COMMS_CONSENT_MISSING",
      "EMAIL PASS consent_fallback",
    ]);
  });
});
