import type { ChannelFacts } from "#processors/router/core/facts.ts";
import type {
  Accepted,
  Channel,
  Consent,
  Event,
  Flag,
  Preference,
  Profile,
  Suppression,
  Token,
} from "#shared/contracts/records.ts";
import type { AddressedTarget } from "#shared/domain/delivery/facts.ts";
import { flagKey } from "#shared/domain/message/record-keys.ts";
import type { Person } from "#shared/domain/recipient/person.ts";

/** 2026-11-22T15:00:00Z, ten in the morning in New York: nobody's quiet hours in these tests. */
export const noon = Date.UTC(2026, 10, 22, 15);

const head = { tenant_id: "default", user_id: "usr_buyer" } as const;

export function anEvent(over: Partial<Event> = {}): Event {
  return {
    event_id: null,
    tenant_id: "default",
    name: "booking.confirmed",
    source: "bookings",
    cause_ref: "bk_7Q2M",
    correlation_id: null,
    occurred_at: noon - 1_000,
    actors: [
      { role: "buyer", user_id: "usr_buyer" },
      { role: "seller", user_id: "usr_seller" },
    ],
    payload: JSON.stringify({ booking_id: "bk_7Q2M", status: "confirmed" }),
    category: null,
    priority: "NORMAL",
    expires_at: null,
    send_at: null,
    ...over,
  };
}

export function anAccepted(over: Partial<Accepted> = {}): Accepted {
  return {
    ...head,
    event_id: "0b9b9df6-4f43-5d6c-8a35-0a4b3f9b7f01",
    occurred_at: noon - 1_000,
    recorded_at: noon - 500,
    msg_id: null,
    correlation_id: "req_1",
    causation_id: "0b9b9df6-4f43-5d6c-8a35-0a4b3f9b7f01",
    accepted_id: "a5b1c6c2-6d3f-5e0d-9b57-2a0b5f3a2c02",
    role: "buyer",
    cause_event: "booking.confirmed",
    cause_ref: "bk_7Q2M",
    template_name: "booking_confirmed_buyer",
    template_version: null,
    category: "booking",
    critical: false,
    lane: "EXPRESS",
    channels: ["EMAIL", "PUSH", "SMS", "INAPP"],
    cadence: null,
    dedupe_key: "BOOKING:bk_7Q2M:confirmed",
    payload: "{}",
    expires_at: null,
    send_at: null,
    received_at: noon - 700,
    round: 0,
    ...over,
  };
}

export function aProfile(over: Partial<Profile> = {}): Profile {
  return {
    ...head,
    email: "ines@example.com",
    phone: "+12025550143",
    locale: "en-US",
    accept_language: null,
    city: null,
    tz: "America/New_York",
    updated_at: 1,
    ...over,
  };
}

export function aConsent(channel: Channel, category: string, over: Partial<Consent> = {}): Consent {
  return { ...head, channel, category, granted: true, source: "form", updated_at: 1, ...over };
}

export function aToken(over: Partial<Token> = {}): Token {
  return {
    ...head,
    device_id: "device-1",
    platform: "ANDROID",
    token: "token-1",
    locale: null,
    last_seen: 1,
    invalid_attempts: 0,
    updated_at: 1,
    ...over,
  };
}

export function aPreference(over: Partial<Preference> = {}): Preference {
  return { ...head, channels: [], quiet_hours: null, do_not_track: false, updated_at: 1, ...over };
}

export function aSuppression(over: Partial<Suppression> = {}): Suppression {
  return {
    suppression_id: "s-1",
    tenant_id: "default",
    channel: "EMAIL",
    address_hash: "v1:k1:00",
    reason: "HARD_BOUNCE",
    origin: "PROVIDER",
    scope: "all",
    created_at: noon - 86_400_000,
    msg_id: null,
    evidence: "ses",
    ...over,
  };
}

/** A flag of all tenants, under its key; `over` gives it a tenant or an end. */
export function aFlag(name: string, value: unknown, over: Partial<Flag> = {}): readonly [string, Flag] {
  const set = { updated_by: "ops", updated_at: noon - 60_000, tenant_id: null, expires_at: null };
  const flag = { name, value: JSON.stringify(value), ...set, ...over };
  return [flagKey(flag), flag];
}

/** Somebody who can be reached by every channel for a booking, and has consented to all of them. */
export function aPerson(over: Partial<Person> = {}): Person {
  return {
    profile: aProfile(),
    preference: null,
    consents: [aConsent("PUSH", "*"), aConsent("SMS", "*"), aConsent("SMS", "booking"), aConsent("WHATSAPP", "*")],
    tokens: [aToken()],
    ...over,
  };
}

/** An address with the entries of the suppression list for it. */
export function aTarget(...suppressions: readonly Suppression[]): AddressedTarget {
  return { address: "ines@example.com", deviceId: "", hash: "v1:k:00", suppressions };
}

/** What the router knows of a channel on which nothing stands against a message. */
export const openChannel: ChannelFacts = {
  to: [aTarget()],
  template: { version: 3, locales: ["en-US"] },
};
