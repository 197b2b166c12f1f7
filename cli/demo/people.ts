import type { Output } from "#shared/contracts/output.ts";
import { personKey } from "#shared/domain/message/id.ts";
import { consentKey, tokenKey } from "#shared/domain/message/record-keys.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** A recipient in the demo. The address decides what the simulator does with the mail. */
export interface Character {
  readonly userId: string;
  readonly email: string;
  readonly phone: string | null;
  readonly locale: string;
  readonly tz: string;
  /** Channels that the person can be reached on beside email. */
  readonly push: boolean;
  readonly sms: boolean;
  readonly note: string;
}

/** The people of one run. Their ids contain the run's name, so that no run starts with a suppressed person. */
export function characters(run: string, now: Instant): readonly Character[] {
  const day = zoneWhereItIs(12, now);
  const base = { phone: null, locale: "en-US", tz: day, push: false, sms: false };
  const address = (name: string) => `${name}+${run}@simulator.amazonses.com`;
  return [
    {
      ...base,
      userId: `ines-${run}`,
      email: address("success"),
      phone: "+14155550101",
      push: true,
      sms: true,
      note: "takes everything",
    },
    {
      ...base,
      userId: `theo-${run}`,
      email: `theo.${run}@example.com`,
      locale: "es-US",
      push: true,
      note: "reads Spanish, no texts",
    },
    { ...base, userId: `bounce-${run}`, email: address("bounce"), note: "an address that does not exist" },
    {
      ...base,
      userId: `night-${run}`,
      email: `night.${run}@example.com`,
      tz: zoneWhereItIs(2, now),
      note: "asleep: it is two in the morning there",
    },
    { ...base, userId: `quiet-${run}`, email: `quiet.${run}@example.com`, note: "switched booking mails off" },
    { ...base, userId: `studio-${run}`, email: `studio.${run}@example.com`, note: "sells" },
  ];
}

/** The records that identity, the devices and the settings page write about these people. */
export function introduce(people: readonly Character[], now: Instant): readonly Output[] {
  return people.flatMap((person) => [
    profile(person, now),
    ...device(person, now),
    ...consents(person, now),
    ...settings(person, now),
  ]);
}

function profile({ userId, email, phone, locale, tz }: Character, now: Instant): Output {
  const value = {
    tenant_id: "default",
    user_id: userId,
    email,
    phone,
    locale,
    accept_language: null,
    city: null,
    tz,
    updated_at: now,
  };
  return { topic: "comms.profiles", key: personKey("default", userId), value };
}

function device({ userId, push }: Character, now: Instant): readonly Output[] {
  if (!push) return [];
  const value = {
    tenant_id: "default",
    user_id: userId,
    device_id: "phone",
    platform: "ANDROID",
    token: `token-${userId}`,
    locale: null,
    last_seen: now,
    invalid_attempts: 0,
    updated_at: now,
  } as const;
  return [{ topic: "comms.tokens", key: tokenKey(value), value }];
}

function consents({ userId, push, sms }: Character, now: Instant): readonly Output[] {
  const given = [
    ...(push ? [{ channel: "PUSH", category: "*" } as const] : []),
    ...(sms
      ? [{ channel: "SMS", category: "booking" } as const, { channel: "SMS", category: "security" } as const]
      : []),
  ];
  return given.map(({ channel, category }) => {
    const value = {
      tenant_id: "default",
      user_id: userId,
      channel,
      category,
      granted: true,
      source: "settings page",
      updated_at: now,
    };
    return { topic: "comms.consents", key: consentKey(value), value };
  });
}

function settings({ userId, sms }: Character, now: Instant): readonly Output[] {
  const channels = [
    ...(sms ? [{ channel: "SMS", category: "booking", opted_in: true } as const] : []),
    ...(userId.startsWith("quiet-") ? [{ channel: "EMAIL", category: "booking", opted_in: false } as const] : []),
  ];
  if (channels.length === 0) return [];
  const value = {
    tenant_id: "default",
    user_id: userId,
    channels,
    quiet_hours: null,
    do_not_track: false,
    updated_at: now,
  };
  return [{ topic: "comms.preferences", key: personKey("default", userId), value }];
}

/** A zone in which it is about `hour` o'clock now, so that the demo shows the same at any time of day. */
export function zoneWhereItIs(hour: number, now: Instant): string {
  const utc = new Date(now).getUTCHours();
  const ahead = ((hour - utc + 36) % 24) - 12;
  // The signs of the Etc zones are reversed: Etc/GMT-3 is three hours ahead.
  return ahead === 0 ? "Etc/GMT" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}
