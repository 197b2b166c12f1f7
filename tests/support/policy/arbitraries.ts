/** Values for the properties of the policy: anything that a schema lets through, and what would be sent. */
import fc from "fast-check";
import type { ChannelFacts, RoutingFacts } from "#processors/router/core/facts.ts";
import type { Accepted, Channel, Flag } from "#shared/contracts/records.ts";
import type { CancelledCause } from "#shared/domain/cancellation/cancellation.ts";
import { categories } from "#shared/domain/category/category.ts";
import type { AddressedTargets } from "#shared/domain/delivery/facts.ts";
import { flagNames } from "#shared/domain/policy/flag-names.ts";
import { clockOf } from "#shared/domain/quiet-hours/hours.ts";
import {
  aConsent,
  aFlag,
  anAccepted,
  aPerson,
  aPreference,
  aProfile,
  aSuppression,
  aTarget,
  aToken,
} from "./records.ts";

export const channel: fc.Arbitrary<Channel> = fc.constantFrom("UNKNOWN", "EMAIL", "PUSH", "SMS", "INAPP", "WHATSAPP");
export const category = fc.oneof(fc.constantFrom(...categories), fc.string());
const zone = fc.constantFrom(
  "UTC",
  "America/New_York",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Africa/Casablanca",
  "Antarctica/Troll",
);
const time = fc.oneof(fc.constant("21:00"), fc.constant("08:00"), fc.string({ maxLength: 8 }));
const aMinute = fc.nat({ max: 1_439 }).map(clockOf);
const anyLong = fc.maxSafeInteger();
export const aNow = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) });
export const twoInstants = fc
  .tuple(aNow, fc.integer({ min: 1, max: 10_000 }))
  .map(([now, ms]) => [now, now + ms] as const);
export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 3 });

export const accepted: fc.Arbitrary<Accepted> = fc
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
    send_at: maybe(fc.oneof(aNow, anyLong)),
    received_at: maybe(fc.oneof(aNow, anyLong)),
    round: fc.nat(),
  })
  .map((over) => anAccepted(over as Partial<Accepted>));

/** A message that a person who may be reached by every channel is sent, but for its time. */
export const sendable: fc.Arbitrary<Accepted> = fc
  .record({
    user_id: fc.string(),
    cause_event: fc.constantFrom("booking.confirmed", "review.requested"),
    cause_ref: fc.string(),
    category: fc.constantFrom(...categories),
    lane: fc.constantFrom("EXPRESS", "BULK"),
    channels: fc.uniqueArray(fc.constantFrom("EMAIL", "PUSH", "SMS"), { minLength: 1 }),
    critical: fc.boolean(),
  })
  .map((over) => anAccepted(over as Partial<Accepted>));

/** Anything that a schema lets through, and in half of the runs one that would be sent. */
export const anyOrSendable = fc.oneof(accepted, sendable);

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

export const person = fc.record({
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

export const suppression = fc
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

export const target = fc.record({
  address: fc.constant("ada@example.com"),
  deviceId: fc.constant(""),
  hash: fc.constantFrom("", "v1:k:00"),
  suppressions: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(suppression, { maxLength: 3 })),
});

/** Where a message goes, or why it goes nowhere. */
export const targets: fc.Arbitrary<AddressedTargets> = fc.oneof(
  { weight: 3, arbitrary: fc.array(target, { minLength: 1, maxLength: 3 }) },
  fc.constantFrom("none" as const, "invalid" as const),
);

const channelFacts: fc.Arbitrary<ChannelFacts> = fc.record({
  to: targets,
  template: fc.oneof(
    { weight: 4, arbitrary: fc.constant({ version: 1, locales: ["en-US"] }) },
    maybe(fc.record({ version: fc.nat(), locales: fc.array(fc.string(), { maxLength: 2 }) })).map(
      (choice) => choice ?? undefined,
    ),
  ),
});

/** Flags of this tenant, of all and of another. */
export const flags: fc.Arbitrary<ReadonlyMap<string, Flag>> = fc
  .array(
    fc.record({
      name: fc.constantFrom(
        flagNames.nonCritical,
        "comms.channels.email.enabled",
        "comms.channels.inapp.enabled",
        flagNames.pauseTenant,
        "comms.pause.channel.email",
        "comms.pause.template.booking_confirmed",
      ),
      value: fc.oneof(fc.constantFrom("true", "false"), fc.string()),
      tenant_id: fc.constantFrom(null, "default", "other"),
      expires_at: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, aNow),
    }),
    { maxLength: 2 },
  )
  .map(
    (set) =>
      new Map(
        set.map(({ name, value, ...over }) => {
          const [key, flag] = aFlag(name, true, over);
          return [key, { ...flag, value }];
        }),
      ),
  );

/** The cancellation of a cause, in few of the runs. */
export const cancellation: fc.Arbitrary<CancelledCause | null> = fc.oneof(
  { weight: 9, arbitrary: fc.constant(null) },
  fc.record({ cancelled_at: fc.oneof(aNow, anyLong), reason: fc.constantFrom("", "The date was wrong") }),
);

export const facts: fc.Arbitrary<RoutingFacts> = fc.record({
  person,
  flags,
  cancellation,
  views: fc.constant({ ageMs: 0, ageMsMax: 5_000 }),
  channels: fc.array(fc.tuple(channel, channelFacts), { maxLength: 8 }).map((entries) => new Map(entries)),
});

/** Open wherever nothing is said against it, so that a rule has something to stop. */
const openChannel: ChannelFacts = {
  to: [aTarget()],
  template: { version: 1, locales: ["en-US"] },
};
export const openFacts = (over: Partial<RoutingFacts> = {}, one: Partial<ChannelFacts> = {}): RoutingFacts => ({
  person: aPerson({
    consents: categories.flatMap((key) => [aConsent("SMS", key), aConsent("WHATSAPP", key), aConsent("PUSH", key)]),
  }),
  flags: new Map(),
  cancellation: null,
  views: { ageMs: 0, ageMsMax: 5_000 },
  channels: new Map(
    (["EMAIL", "PUSH", "SMS", "INAPP", "WHATSAPP"] as const).map((name) => [name, { ...openChannel, ...one }]),
  ),
  ...over,
});

/** Anything, and in half of the runs nothing that stands against a message. */
export const anyOrOpenFacts = fc.oneof(facts, fc.constant(openFacts()));

/** Hours of at least one minute, and in half of the runs a night. */
const quietHours = fc.record({
  tz: zone,
  start_local: fc.oneof(fc.constant("21:00"), aMinute),
  end_local: fc.oneof(fc.constant("08:00"), aMinute),
  allow_categories: fc.array(category, { maxLength: 1 }),
});

export const restingPerson = fc.record({
  preference: quietHours.map((hours) => aPreference({ quiet_hours: hours })),
  profile: zone.map((tz) => aProfile({ tz })),
});
