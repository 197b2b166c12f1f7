import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateGates } from "#processors/router/core/evaluate-gates.ts";
import type { RoutingFacts } from "#processors/router/core/facts.ts";
import { toOutcome } from "#processors/router/core/to-outcome.ts";
import type { Accepted } from "#shared/contracts/records.ts";
import { categories } from "#shared/domain/category/category.ts";
import { deriveMsgId } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import {
  accepted,
  aNow,
  anyOrOpenFacts,
  anyOrSendable,
  facts,
  openFacts,
  restingPerson,
  sendable,
  suppression,
  twoInstants,
} from "#tests/support/policy/arbitraries.ts";
import { anAccepted, aPerson, aPreference, aProfile, aTarget, noon } from "#tests/support/policy/records.ts";
import { released, written } from "#tests/support/policy/router.ts";
import { countRuns } from "#tests/support/run-count.ts";

const encode = (topic: string, value: object) => Buffer.from(JSON.stringify({ topic, value }));

function route(record: Accepted, given: RoutingFacts, now: number): Outcome {
  return toOutcome(record, evaluateGates(record, given, now), { now, encode });
}

const topicsOf = (outcome: Outcome) => (outcome.kind === "deadLetter" ? [] : outcome.outputs.map(({ topic }) => topic));
const sends = (outcome: Outcome) => topicsOf(outcome).filter((topic) => topic.startsWith("comms.routed"));

describe("property: the router answers for everything that a schema lets through", () => {
  test("it never throws, and decides each message exactly once", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(accepted, facts, aNow, (record, given, now) => {
        const decisions = written(route(record, given, now), "comms.decisions");
        expect(new Set(decisions.map(({ msg_id }) => msg_id)).size).toBe(decisions.length);
        expect(new Set(decisions.map(({ decision_id }) => decision_id)).size).toBe(decisions.length);
        // A one-time code goes by one channel: the first that is open.
        const isCode = record.cause_event === "security.code_requested";
        const asked = [...new Set(record.channels)];
        if (!isCode) expect(decisions.map((decision) => decision.channel).slice(0, asked.length)).toEqual(asked);
        runs.add(!isCode && asked.length > 1);
      }),
      { numRuns: 2_000 },
    );
    runs.expectShare(0.1);
  });

  test("what follows from a decision is exactly what it says [RTR-09]", () => {
    const following = { PASS: "comms.routed", DEFER: "comms.schedule", DIGEST: "comms.digest" } as Record<
      string,
      string
    >;
    const runs = countRuns();
    const scheduled = countRuns();
    fc.assert(
      fc.property(anyOrSendable, anyOrOpenFacts, aNow, (record, given, now) => {
        const outcome = route(record, given, now);
        const decisions = written(outcome, "comms.decisions");
        const own = decisions.filter(({ reason }) => reason !== "COMMS_SCHEDULED");
        const decided = own.flatMap(({ verdict }) => following[verdict] ?? []);
        // What waits for the producer's own time waits together.
        if (own.length < decisions.length) decided.push("comms.schedule");
        const followed = topicsOf(outcome).filter((topic) => topic !== "comms.decisions");
        expect(followed.map((topic) => topic.replace(".bulk", ""))).toEqual(decided);
        runs.add(decided.length > 0);
        scheduled.add(own.length < decisions.length);
      }),
      { numRuns: 500 },
    );
    runs.expectShare(0.1);
    scheduled.expectShare(0.02);
  });

  test("reprocessed, it writes the same bytes; at another time, the same but for the time", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(anyOrSendable, anyOrOpenFacts, twoInstants, (record, given, [now, later]) => {
        const first = route(record, given, now);
        expect(route(record, given, now)).toEqual(first);
        const second = route(record, given, later);
        fc.pre(gatesOf(second) === gatesOf(first));
        expect(timeless(second)).toEqual(timeless(first));
        runs.add(topicsOf(first).some((topic) => topic !== "comms.decisions"));
      }),
      { numRuns: 300 },
    );
    runs.expectShare(0.1);
  });
});

describe("property: the router's traces", () => {
  test("no trace repeats an address, a phone number, a user or a payload", () => {
    const canary = anAccepted({
      user_id: "canary-user",
      payload: '{"a":"canary-payload"}',
      channels: ["EMAIL", "SMS", "INAPP"],
    });
    const profile = aProfile({ email: "canary@example.com", phone: "+12025550199" });
    const runs = countRuns();
    fc.assert(
      fc.property(facts, aNow, (given, now) => {
        const outcome = route(canary, { ...given, person: { ...given.person, profile } }, now);
        const traces = written(outcome, "comms.decisions").map(({ trace }) => trace);
        expect(JSON.stringify(traces)).not.toMatch(/canary|2025550199/);
        // A gate that lets everything pass says little.
        runs.add(traces.flat().some(({ verdict }) => verdict !== "PASS"));
      }),
      { numRuns: 300 },
    );
    runs.expectShare(0.1);
  });
});

/** Before the time that a producer asked for, nothing is dropped and nothing sent; the last property has the release. */
const atItsTime = { send_at: null };

/** Whether anything goes out of this record where nothing stands against it. */
const wouldBeSent = (record: Accepted, now: number, flags: RoutingFacts["flags"] = new Map()): boolean =>
  sends(route(record, openFacts({ flags }), now)).length > 0;

describe("property: nobody is sent what they do not want [CAN-09] [PRF-06]", () => {
  test("an opted-out person is never sent a message that is not critical, but in the app", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(anyOrSendable, facts, aNow, (record, given, now) => {
        const off = record.channels.map((name) => ({ channel: name, category: record.category, opted_in: false }));
        const channels = record.channels.filter((name) => name !== "INAPP");
        const rest = { ...record, ...atItsTime, critical: false, channels };
        const optedOut = openFacts({
          flags: given.flags,
          person: { ...openFacts().person, preference: aPreference({ channels: off }) },
        });
        expect(sends(route(rest, optedOut, now))).toEqual([]);
        expect(topicsOf(route(rest, optedOut, now)).every((topic) => topic === "comms.decisions")).toBe(true);
        // The same person without the opt-out is sent it: the opt-out stops something.
        runs.add(wouldBeSent(rest, now, given.flags));
      }),
      { numRuns: 300 },
    );
    runs.expectShare(0.1);
  });

  test("the same person without the opt-out is sent it: the property above stops something", () => {
    const channels = ["EMAIL", "PUSH", "SMS"] as const;
    expect(sends(route(anAccepted({ channels }), openFacts(), noon))).toHaveLength(3);
  });

  test("a suppressed address is never sent a message that is not critical", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(anyOrSendable, suppression, aNow, (record, entry, now) => {
        const rest = { ...record, critical: false };
        const stopped = openFacts({}, { to: [aTarget({ ...entry, scope: "all" })] });
        expect(sends(route(rest, stopped, now))).toEqual([]);
        // The same message to the same address without the entry goes out: the suppression stops something.
        runs.add(wouldBeSent(rest, now));
      }),
      { numRuns: 300 },
    );
    runs.expectShare(0.1);
  });

  test("without the suppression the same message goes out by every channel", () => {
    fc.assert(
      fc.property(sendable, suppression, (record, entry) => {
        const rest = { ...record, category: "booking", critical: false };
        const stopped = openFacts({}, { to: [aTarget({ ...entry, scope: "all" })] });
        expect(sends(route(rest, stopped, noon))).toEqual([]);
        expect(sends(route(rest, openFacts(), noon))).toHaveLength(rest.channels.length);
      }),
    );
  });

  test("without consent nobody is sent a text, critical or not", () => {
    const runs = countRuns();
    const isSent = (outcome: Outcome) =>
      written(outcome, "comms.decisions").some(({ channel, verdict }) => channel === "SMS" && verdict !== "DROP");
    fc.assert(
      fc.property(anyOrSendable, aNow, (record, now) => {
        const text = { ...record, ...atItsTime, channels: ["SMS"] as const };
        expect(isSent(route(text, openFacts({ person: aPerson({ consents: [] }) }), now))).toBe(false);
        runs.add(isSent(route(text, openFacts(), now)));
      }),
      { numRuns: 300 },
    );
    runs.expectShare(0.1);
  });
});

describe("property: what waits comes back [QH-03] [RTR-07]", () => {
  test("strictly later, under the same id, and is not held by quiet hours again", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(restingPerson, aNow, fc.constantFrom(...categories), (given, now, key) => {
        const open = openFacts({ person: { ...openFacts().person, ...given } });
        const record = anAccepted({ category: key, channels: ["INAPP"] });
        const scheduled = written(route(record, open, now), "comms.schedule");
        for (const item of scheduled) {
          expect(item.due_at).toBeGreaterThan(now);
          const back = released(item.payload);
          const again = written(route(back, open, item.due_at), "comms.decisions");
          expect(again).toMatchObject([{ verdict: "PASS", msg_id: item.msg_id, round: 1 }]);
          expect(item.msg_id).toBe(msgIdOf(back));
        }
        runs.add(scheduled.length > 0);
      }),
      { numRuns: 500 },
    );
    runs.expectShare(0.1);
  });

  test("not before the time that its producer asked for, and then through every gate as if it had just come", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(
        sendable,
        anyOrOpenFacts,
        fc.tuple(aNow, fc.integer({ min: -10_000, max: 400 * 86_400_000 })),
        (given, found, [now, ms]) => {
          const known = { ...found, cancellation: null };
          const record = { ...given, send_at: now + ms };
          const outcome = route(record, known, now);
          const [item] = written(outcome, "comms.schedule").filter(({ kind }) => kind === "send_at");
          if (ms > 0) {
            expect(sends(outcome)).toEqual([]);
            expect(item?.due_at).toBe(record.send_at);
            const again = route(released(item?.payload as Buffer), known, record.send_at);
            expect(verdictsOf(again)).toEqual(
              verdictsOf(route({ ...given, template_version: 1 }, known, record.send_at)),
            );
            runs.add(sends(again).length > 0);
          } else expect(item).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
    runs.expectShare(0.1);
  });
});

describe("property: what its producer has cancelled", () => {
  test("goes nowhere and ends as cancelled, critical or not, whatever else holds; a later event is not bound", () => {
    const runs = countRuns();
    fc.assert(
      fc.property(anyOrSendable, anyOrOpenFacts, aNow, (record, found, now) => {
        const cancelled = { cancelled_at: now, reason: "" };
        const before = { ...record, received_at: now - 1, expires_at: null };
        const outcome = route(before, { ...found, cancellation: cancelled }, now);
        const decisions = written(outcome, "comms.decisions");
        expect(topicsOf(outcome).every((topic) => topic === "comms.decisions")).toBe(true);
        expect(decisions.filter(({ reason }) => reason !== "COMMS_CANCELLED")).toEqual([]);
        const after = { ...before, received_at: now + 1_001 };
        const free = route(after, { ...found, cancellation: null }, now);
        expect(verdictsOf(route(after, { ...found, cancellation: cancelled }, now))).toEqual(verdictsOf(free));
        runs.add(sends(free).length > 0);
      }),
      { numRuns: 300 },
    );
    runs.expectShare(0.1);
  });
});

const verdictsOf = (outcome: Outcome) =>
  written(outcome, "comms.decisions").map(({ msg_id, verdict, reason }) => ({ msg_id, verdict, reason }));

/** Every gate's verdict, those that decided nothing included: a night may have begun meanwhile. */
function gatesOf(outcome: Outcome): string {
  const traces = written(outcome, "comms.decisions").flatMap(({ trace }) => trace);
  return traces.map(({ gate, verdict, reason }) => `${gate} ${verdict} ${reason}`).join();
}

function msgIdOf(record: Accepted): string {
  const { tenant_id: tenantId, template_name: templateName, user_id: userId, cause_ref: causeRef } = record;
  return deriveMsgId({ tenantId, templateName, userId, causeRef, channel: (record.channels[0] ?? "").toLowerCase() });
}

/** The outputs without the times that the clock gave, those inside a payload and inside a detail included. */
function timeless(outcome: Outcome): unknown {
  const times = new Set(["recorded_at", "created_at", "due_at", "detail"]);
  const drop = (key: string, value: unknown) => (times.has(key) ? undefined : value);
  const open = (_: string, value: unknown) =>
    typeof value === "object" && value !== null && "type" in value && value.type === "Buffer" && "data" in value
      ? JSON.parse(Buffer.from(value.data as number[]).toString(), drop)
      : value;
  return JSON.parse(JSON.stringify(outcome), (key, value) => drop(key, open(key, value)));
}
