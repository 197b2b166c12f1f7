import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideRouting } from "#processors/router/core/decide.ts";
import type { AddressState, ChannelFacts, RoutingFacts } from "#processors/router/core/facts.ts";
import { pauseFlag } from "#processors/router/core/gates/pause.ts";
import { routingOutcome } from "#processors/router/core/outcome.ts";
import type { Accepted, Channel, Flag } from "#shared/contracts/records.ts";
import { categories } from "#shared/domain/category/category.ts";
import { deriveMsgId } from "#shared/domain/message/id.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import {
  aConsent,
  aFlag,
  anAccepted,
  aPerson,
  aPreference,
  aProfile,
  aSuppression,
  aToken,
  noon,
} from "#tests/support/policy/records.ts";
import { released, written } from "#tests/support/policy/router.ts";

const channel: fc.Arbitrary<Channel> = fc.constantFrom("UNKNOWN", "EMAIL", "PUSH", "SMS", "INAPP", "WHATSAPP");
const category = fc.oneof(fc.constantFrom(...categories), fc.string());
const zone = fc.constantFrom(
  "UTC",
  "America/New_York",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Africa/Casablanca",
  "Antarctica/Troll",
);
const time = fc.oneof(fc.constant("21:00"), fc.constant("08:00"), fc.string({ maxLength: 8 }));
const anyLong = fc.maxSafeInteger();
const aNow = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 3 });

const accepted: fc.Arbitrary<Accepted> = fc
  .record({
    user_id: fc.string(),
    tenant_id: fc.string(),
    cause_event: fc.oneof(fc.constant("security.code_requested"), fc.constant("booking.confirmed"), fc.string()),
    cause_ref: fc.string(),
    template_name: fc.string(),
    template_version: maybe(fc.integer()),
    category,
    critical: fc.boolean(),
    lane: fc.constantFrom("UNKNOWN", "EXPRESS", "BULK"),
    channels: fc.array(channel, { maxLength: 6 }),
    cadence: maybe(fc.string()),
    dedupe_key: fc.string(),
    payload: fc.string(),
    occurred_at: anyLong,
    expires_at: maybe(fc.oneof(aNow, anyLong)),
    round: fc.nat(),
  })
  .map((over) => anAccepted(over as Partial<Accepted>));

const preference = fc
  .record({
    channels: fc.array(fc.record({ channel, category, opted_in: fc.boolean() }), { maxLength: 4 }),
    quiet_hours: maybe(
      fc.record({
        tz: fc.oneof(zone, fc.string()),
        start_local: time,
        end_local: time,
        allow_categories: fc.array(category, { maxLength: 2 }),
      }),
    ),
  })
  .map(aPreference);

const person = fc.record({
  profile: maybe(
    fc
      .record({
        locale: maybe(fc.string()),
        accept_language: maybe(fc.string()),
        city: maybe(fc.string()),
        tz: maybe(fc.oneof(zone, fc.string())),
      })
      .map(aProfile),
  ),
  preference: maybe(preference),
  consents: fc.array(
    fc
      .record({ channel, category: fc.oneof(fc.constant("*"), category), granted: fc.boolean(), updated_at: anyLong })
      .map((over) => aConsent(over.channel, over.category, over)),
    { maxLength: 4 },
  ),
  tokens: fc.constantFrom([], [aToken()]),
});

const suppression = fc
  .record({
    reason: fc.constantFrom(
      "UNKNOWN",
      "HARD_BOUNCE",
      "COMPLAINT",
      "MANUAL",
      "UNSUBSCRIBE",
      "STOP",
      "SOFT_BOUNCE",
      "LEGAL",
    ),
    origin: fc.constantFrom("UNKNOWN", "RECIPIENT", "PROVIDER", "ADMIN"),
    scope: fc.oneof(
      fc.constantFrom("all", "stream:marketing", "stream:transactional"),
      category.map((key) => `category:${key}`),
      fc.string(),
    ),
    created_at: anyLong,
  })
  .map((over) => aSuppression(over as Parameters<typeof aSuppression>[0]));

const way: fc.Arbitrary<ChannelFacts> = fc.record({
  address: fc.constantFrom<AddressState>("usable", "missing", "unusable", "none needed"),
  addressHash: maybe(fc.constant("v1:k:00")),
  suppressions: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(suppression, { maxLength: 3 })),
  template: fc.oneof(
    { weight: 4, arbitrary: fc.constant({ version: 1, locales: ["en-US"] }) },
    maybe(fc.record({ version: fc.nat(), locales: fc.array(fc.string(), { maxLength: 2 }) })).map(
      (choice) => choice ?? undefined,
    ),
  ),
});

const flags: fc.Arbitrary<ReadonlyMap<string, Flag>> = fc
  .array(
    fc.record({
      name: fc.constantFrom(pauseFlag, "comms.channels.email.enabled", "comms.channels.inapp.enabled"),
      value: fc.oneof(fc.constant("false"), fc.string()),
    }),
    { maxLength: 2 },
  )
  .map((set) => new Map(set.map(({ name, value }) => [name, { ...aFlag(name, true)[1], value }])));

const facts: fc.Arbitrary<RoutingFacts> = fc.record({
  person,
  flags,
  channels: fc.array(fc.tuple(channel, way), { maxLength: 8 }).map((ways) => new Map(ways)),
});

/** Open wherever nothing is said against it, so that a rule has something to stop. */
const openWay: ChannelFacts = {
  address: "usable",
  addressHash: null,
  suppressions: [],
  template: { version: 1, locales: ["en-US"] },
};
const openFacts = (over: Partial<RoutingFacts> = {}, one: Partial<ChannelFacts> = {}): RoutingFacts => ({
  person: aPerson({
    consents: categories.flatMap((key) => [aConsent("SMS", key), aConsent("WHATSAPP", key), aConsent("PUSH", key)]),
  }),
  flags: new Map(),
  channels: new Map(
    (["EMAIL", "PUSH", "SMS", "INAPP", "WHATSAPP"] as const).map((name) => [name, { ...openWay, ...one }]),
  ),
  ...over,
});

const encode = (topic: string, value: object) => Buffer.from(JSON.stringify({ topic, value }));

function route(record: Accepted, given: RoutingFacts, now: number): Outcome {
  return routingOutcome(record, decideRouting(record, given, now), { now, encode });
}

const topicsOf = (outcome: Outcome) => (outcome.kind === "deadLetter" ? [] : outcome.outputs.map(({ topic }) => topic));
const sends = (outcome: Outcome) => topicsOf(outcome).filter((topic) => topic.startsWith("comms.routed"));

describe("property: the router answers for everything that a schema lets through", () => {
  test("it never throws, and decides each message exactly once", () => {
    fc.assert(
      fc.property(accepted, facts, aNow, (record, given, now) => {
        const decisions = written(route(record, given, now), "comms.decisions");
        expect(new Set(decisions.map(({ msg_id }) => msg_id)).size).toBe(decisions.length);
        expect(new Set(decisions.map(({ decision_id }) => decision_id)).size).toBe(decisions.length);
        if (record.cause_event === "security.code_requested") return;
        const asked = [...new Set(record.channels)];
        expect(decisions.map((decision) => decision.channel).slice(0, asked.length)).toEqual(asked);
      }),
      { numRuns: 2_000 },
    );
  });

  test("what follows from a decision is exactly what it says [RTR-09]", () => {
    const following = { PASS: "comms.routed", DEFER: "comms.schedule", DIGEST: "comms.digest" } as Record<
      string,
      string
    >;
    fc.assert(
      fc.property(accepted, facts, aNow, (record, given, now) => {
        const outcome = route(record, given, now);
        const decided = written(outcome, "comms.decisions").flatMap(({ verdict }) => following[verdict] ?? []);
        const told = topicsOf(outcome).filter((topic) => topic !== "comms.decisions");
        expect(told.map((topic) => topic.replace(".bulk", ""))).toEqual(decided);
      }),
    );
  });

  test("reprocessed, it writes the same bytes; at another time, the same but for the time", () => {
    fc.assert(
      fc.property(accepted, facts, aNow, fc.integer({ min: 1, max: 10_000 }), (record, given, now, later) => {
        const first = route(record, given, now);
        expect(route(record, given, now)).toEqual(first);
        const second = route(record, given, now + later);
        fc.pre(gatesOf(second) === gatesOf(first));
        expect(timeless(second)).toEqual(timeless(first));
      }),
    );
  });

  test("no trace repeats an address, a phone number, a user or a payload", () => {
    const canary = anAccepted({
      user_id: "canary-user",
      payload: '{"a":"canary-payload"}',
      channels: ["EMAIL", "SMS", "INAPP"],
    });
    fc.assert(
      fc.property(facts, aNow, (given, now) => {
        const profile = aProfile({ email: "canary@example.com", phone: "+12025550199" });
        const outcome = route(canary, { ...given, person: { ...given.person, profile } }, now);
        const traces = JSON.stringify(written(outcome, "comms.decisions").map(({ trace }) => trace));
        expect(traces).not.toMatch(/canary|2025550199/);
      }),
    );
  });
});

describe("property: nobody is sent what they do not want [CAN-09] [PRF-06]", () => {
  test("an opted-out person is never sent a message that is not critical, but in the app", () => {
    fc.assert(
      fc.property(accepted, facts, aNow, (record, given, now) => {
        const off = record.channels.map((name) => ({ channel: name, category: record.category, opted_in: false }));
        const rest = { ...record, critical: false, channels: record.channels.filter((name) => name !== "INAPP") };
        const optedOut = openFacts({
          flags: given.flags,
          person: { ...openFacts().person, preference: aPreference({ channels: off }) },
        });
        expect(sends(route(rest, optedOut, now))).toEqual([]);
        expect(topicsOf(route(rest, optedOut, now)).every((topic) => topic === "comms.decisions")).toBe(true);
      }),
    );
  });

  test("the same person without the opt-out is sent it: the property above stops something", () => {
    const channels = ["EMAIL", "PUSH", "SMS"] as const;
    expect(sends(route(anAccepted({ channels }), openFacts(), noon))).toHaveLength(3);
  });

  test("a suppressed address is never sent a message that is not critical", () => {
    fc.assert(
      fc.property(accepted, suppression, aNow, (record, entry, now) => {
        const stopped = openFacts({}, { suppressions: [{ ...entry, scope: "all" }] });
        expect(sends(route({ ...record, critical: false }, stopped, now))).toEqual([]);
      }),
    );
  });

  test("without consent nobody is sent a text, critical or not", () => {
    fc.assert(
      fc.property(accepted, aNow, (record, now) => {
        const outcome = route({ ...record, channels: ["SMS"] }, openFacts({ person: aPerson({ consents: [] }) }), now);
        const passed = written(outcome, "comms.decisions").filter(({ verdict }) => verdict !== "DROP");
        expect(passed.map((decision) => decision.channel)).not.toContain("SMS");
      }),
    );
  });
});

describe("property: what waits comes back [QH-03] [RTR-07]", () => {
  test("strictly later, under the same id, and is not held by quiet hours again", () => {
    fc.assert(
      fc.property(preference, zone, aNow, fc.constantFrom(...categories), (set, tz, now, key) => {
        const open = openFacts({
          person: { ...openFacts().person, preference: { ...set, channels: [] }, profile: aProfile({ tz }) },
        });
        const record = anAccepted({ category: key, channels: ["INAPP"] });
        for (const item of written(route(record, open, now), "comms.schedule")) {
          expect(item.due_at).toBeGreaterThan(now);
          const back = released(item.payload);
          const again = written(route(back, open, item.due_at), "comms.decisions");
          expect(again).toMatchObject([{ verdict: "PASS", msg_id: item.msg_id, round: 1 }]);
          expect(item.msg_id).toBe(msgIdOf(back));
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Every gate's verdict, those that settled nothing included: a night may have begun meanwhile. */
function gatesOf(outcome: Outcome): string {
  const traces = written(outcome, "comms.decisions").flatMap(({ trace }) => trace);
  return traces.map(({ gate, verdict, reason }) => `${gate} ${verdict} ${reason}`).join();
}

function msgIdOf(record: Accepted): string {
  const { tenant_id: tenantId, template_name: templateName, user_id: userId, cause_ref: causeRef } = record;
  return deriveMsgId({ tenantId, templateName, userId, causeRef, channel: (record.channels[0] ?? "").toLowerCase() });
}

/** The outputs without the times that the clock gave, those inside a payload and inside words included. */
function timeless(outcome: Outcome): unknown {
  const times = new Set(["recorded_at", "created_at", "due_at", "detail"]);
  const drop = (key: string, value: unknown) => (times.has(key) ? undefined : value);
  const open = (_: string, value: unknown) =>
    typeof value === "object" && value !== null && "type" in value && value.type === "Buffer" && "data" in value
      ? JSON.parse(Buffer.from(value.data as number[]).toString(), drop)
      : value;
  return JSON.parse(JSON.stringify(outcome), (key, value) => drop(key, open(key, value)));
}
