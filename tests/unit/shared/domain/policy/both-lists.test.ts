import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateGates } from "#processors/router/core/evaluate-gates.ts";
import type { Channel, GateTrace, Send } from "#shared/contracts/records.ts";
import type { CancelledCause } from "#shared/domain/cancellation/cancellation.ts";
import { categories } from "#shared/domain/category/category.ts";
import { channels } from "#shared/domain/channel/channels.ts";
import { askGates, decideSend } from "#shared/domain/delivery/decide-send.ts";
import type { AddressedTargets, SendFacts } from "#shared/domain/delivery/facts.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { flagNames } from "#shared/domain/policy/flag-names.ts";
import type { Flags } from "#shared/domain/policy/flags.ts";
import type { Person } from "#shared/domain/recipient/person.ts";
import {
  aNow,
  cancellation,
  category,
  channel,
  flags,
  openFacts,
  person,
  restingPerson,
  suppression,
  targets,
} from "#tests/support/policy/arbitraries.ts";
import { aConsent, aFlag, anAccepted, aPreference, aTarget, noon } from "#tests/support/policy/records.ts";
import { countRuns } from "#tests/support/run-count.ts";
import { aSend } from "../../delivery/sender-bench.ts";

/** One message to one person, as both the router and a sender may have it before them. */
interface Case {
  readonly message: Pick<Send, "user_id" | "channel" | "category" | "critical" | "expires_at" | "received_at">;
  readonly person: Person;
  readonly to: AddressedTargets;
  readonly cancelled: CancelledCause | null;
  readonly flags: Flags;
}

/** The rules that both lists ask. */
const shared = [
  "expiry",
  "cancellation",
  "channel",
  "address",
  "suppression",
  "consent",
  "preference",
  "quiet_hours",
  "pause",
] as const;

function senderFacts({ person: preferences, to, cancelled: cancellation, flags }: Case): SendFacts {
  const account = { id: "ses:default", provider: "ses" };
  return { ledger: { kind: "free" }, archived: false, preferences, to, cancellation, flags, account, viewsAgeMs: 0 };
}

/** What the sender decides; the message is new to it, and its views are fresh. */
function decide(given: Case, now: number) {
  return decideSend(aSend(given.message), senderFacts(given), { now, policy: defaultPolicy });
}

function senderAnswers(given: Case, now: number) {
  return askGates(aSend(given.message), senderFacts(given), { now, policy: defaultPolicy });
}

/** The router's evaluation of the same message, with nothing against it but what both lists ask. */
function routerEvaluation({ message, person, to, cancelled: cancellation, flags }: Case, now: number) {
  const { channel, ...rest } = message;
  const found = new Map([[channel, { to, template: { version: 1, locales: ["en-US"] } }]]);
  const accepted = anAccepted({ ...rest, channels: [channel] });
  const [evaluation] = evaluateGates(
    accepted,
    { person, flags, cancellation, views: { ageMs: 0, ageMsMax: 5_000 }, channels: found },
    now,
  );
  if (!evaluation) throw new Error("The record has a channel");
  return evaluation;
}

const open = openFacts().person;

/** Somebody; in half of the runs, somebody whom only their quiet hours and settings may hold anything from. */
const anyPerson: fc.Arbitrary<Person> = fc.oneof(
  person,
  restingPerson.map((resting) => ({ ...open, ...resting })),
  fc.record({ opted_in: fc.boolean() }).map((setting) => ({
    ...open,
    preference: aPreference({
      channels: channels.flatMap((channel) => categories.map((category) => ({ channel, category, ...setting }))),
    }),
    consents: [...open.consents, aConsent("EMAIL", "promotions")],
  })),
);

const aCase: fc.Arbitrary<Case> = fc.record({
  message: fc.record({
    user_id: fc.string(),
    channel: fc.oneof({ weight: 9, arbitrary: fc.constantFrom<Channel>(...channels) }, channel),
    category: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...categories) }, category),
    critical: fc.boolean(),
    expires_at: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, aNow),
    received_at: fc.oneof({ weight: 3, arbitrary: aNow }, fc.constant(null)),
  }),
  person: anyPerson,
  to: fc.oneof(
    { weight: 3, arbitrary: fc.constant([aTarget()]) },
    suppression.map((entry) => [aTarget({ ...entry, scope: "all" })]),
    targets,
  ),
  cancelled: cancellation,
  flags: fc.oneof(
    { weight: 8, arbitrary: fc.constant(new Map()) },
    { weight: 2, arbitrary: flags },
    { weight: 2, arbitrary: fc.constant(new Map([aFlag("comms.pause.tenant", true)])) },
    { weight: 1, arbitrary: fc.constant(new Map(channels.map((one) => aFlag(flagNames.channelEnabled(one), false)))) },
  ),
});

/** The same, with everything open: only what a test changes stands against it. */
const openCase: fc.Arbitrary<Case> = fc.record({
  message: fc.record({
    user_id: fc.string(),
    channel: fc.constantFrom<Channel>("EMAIL", "PUSH", "SMS", "WHATSAPP"),
    category: fc.constantFrom(...categories),
    critical: fc.constant(false),
    expires_at: fc.constant(null),
    received_at: fc.constant(noon),
  }),
  person: restingPerson.map((resting) => ({ ...open, ...resting })),
  to: fc.constant([aTarget()]),
  cancelled: fc.constant(null),
  flags: fc.constant(new Map()),
});

const verdictOf = ({ verdict }: Pick<GateTrace, "verdict">) => (verdict === "HOLD" ? "DEFER" : verdict);

describe("property: the router and a sender ask the same rules", () => {
  test("each shared gate gives the same answer, but that a sender holds where the router defers", () => {
    const refusals = new Map(shared.map((gate) => [gate as string, countRuns()]));
    const bypasses = countRuns();
    fc.assert(
      fc.property(aCase, aNow, (given, now) => {
        const answers = senderAnswers(given, now).filter(([gate]) => refusals.has(gate));
        const { trace } = routerEvaluation(given, now);
        for (const [gate, result] of answers) {
          const reason = "reason" in result ? result.reason : null;
          const { verdict: own, detail } = result;
          if (own === "REPEAT") throw new Error("Only the ledger repeats");
          expect({ gate, verdict: verdictOf({ verdict: own }), reason, detail }).toEqual(
            trace.find((entry) => entry.gate === gate),
          );
        }
        const last = answers.at(-1);
        for (const [gate, count] of refusals) {
          count.add(last?.[0] === gate && !["PASS", "BYPASS"].includes(last[1].verdict));
        }
        bypasses.add(answers.some(([, { verdict }]) => verdict === "BYPASS"));
      }),
      { numRuns: 3_000 },
    );
    for (const count of refusals.values()) count.expectShare(0.02);
    bypasses.expectShare(0.05);
  });

  test("what the router drops for a shared rule, a sender drops too, and for the same first reason", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(aCase, aNow, (given, now) => {
        const { gate, result } = routerEvaluation(given, now);
        const isShared = result.verdict === "DROP" && (shared as readonly string[]).includes(gate);
        if (isShared) {
          const { verdict: _, detail: __, ...dropped } = result;
          const decision = decide(given, now);
          // The first no ends the sender's list: an earlier wait would hide a later drop, and there is none.
          expect(decision).toMatchObject({ kind: "drop", gate, ...dropped });
        }
        runs.add(isShared);
      }),
      { numRuns: 1_000 },
    );
    runs.expectShare(0.1);
  });

  test("what waits for the end of quiet hours is due at the same instant in both, strictly later [QH-03]", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(openCase, aNow, (given, now) => {
        const decision = decide(given, now);
        const isHeld = decision.kind === "wait";
        if (isHeld) {
          expect(decision).toMatchObject({ as: "hold", gate: "quiet_hours", reason: "COMMS_QUIET_HOURS" });
          expect(decision.dueAt).toBeGreaterThan(now);
          expect(routerEvaluation(given, now).result).toMatchObject({ verdict: "DEFER", dueAt: decision.dueAt });
          expect(decide(given, decision.dueAt).kind).not.toBe("wait");
        }
        runs.add(isHeld);
      }),
      { numRuns: 500 },
    );
    runs.expectShare(0.1);
  });
});

describe("property: a sender sends nobody what they do not want [CAN-09] [PRF-06]", () => {
  /** Counts the cases that are sent without the change of a test: the rule stops something. */
  const isSent = (given: Case, now: number) => decide(given, now).kind === "send";

  test("an opted-out person is never sent a message that is not critical", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(openCase, aNow, (given, now) => {
        const { channel: on, category: key } = given.message;
        const off = aPreference({ channels: [{ channel: on, category: key, opted_in: false }] });
        const hours = given.person.preference?.quiet_hours ?? null;
        const optedOut = { ...given.person, preference: { ...off, quiet_hours: hours } };
        expect(decide({ ...given, person: optedOut }, now)).toMatchObject({ reason: "COMMS_PREF_BLOCKED" });
        runs.add(isSent(given, now));
      }),
      { numRuns: 300 },
    );
    runs.expectShare(0.1);
  });

  test("a suppressed address is never sent a message that is not critical, and an open one beside it is", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(openCase, suppression, aNow, (given, entry, now) => {
        const stopped = aTarget({ ...entry, scope: "all" });
        const code = entry.reason === "LEGAL" ? "COMMS_BLOCKLISTED" : "COMMS_SUPPRESSED";
        expect(decide({ ...given, to: [stopped] }, now)).toMatchObject({ kind: "drop", reason: code });
        const beside = decide({ ...given, to: [stopped, aTarget()] }, now);
        if (beside.kind === "send") expect(beside.to).toEqual([aTarget()]);
        runs.add(isSent(given, now));
      }),
      { numRuns: 300 },
    );
    runs.expectShare(0.1);
  });

  test("without consent nobody is sent a text, critical or not", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(openCase, fc.boolean(), aNow, (given, critical, now) => {
        const text = { ...given, message: { ...given.message, channel: "SMS" as const, critical } };
        const without = { ...text, person: { ...text.person, consents: [] } };
        expect(decide(without, now)).toMatchObject({ kind: "drop", reason: "COMMS_CONSENT_MISSING" });
        runs.add(isSent(text, now));
      }),
      { numRuns: 300 },
    );
    runs.expectShare(0.1);
  });

  test("no trace repeats an address, a phone number or a user", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(aCase, aNow, (given, now) => {
        const message = { ...given.message, user_id: "canary-user" };
        const to =
          typeof given.to === "string" ? given.to : given.to.map((one) => ({ ...one, address: "canary@x.io" }));
        const answers = senderAnswers({ ...given, message, to }, now);
        expect(JSON.stringify(answers)).not.toMatch(/canary/);
        runs.add(answers.length > 4);
      }),
      { numRuns: 300 },
    );
    runs.expectShare(0.1);
  });
});
