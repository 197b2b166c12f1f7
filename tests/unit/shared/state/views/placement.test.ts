import { describe, expect, it } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import { consentKey, suppressionKey } from "#shared/domain/message/record-keys.ts";
import { redisKeys } from "#shared/platform/redis/keys.ts";
import { placements } from "#shared/state/views/placement.ts";

const keys = redisKeys("p:");
const places = placements(keys);
const person = { tenant_id: "acme", user_id: "a/nna" };
const consent = { ...person, channel: "SMS", category: "*" } as const;
const suppression = {
  tenant_id: "acme",
  channel: "SMS",
  address_hash: "h",
  reason: "STOP",
  origin: "RECIPIENT",
  scope: "all",
} as const;

function record(key: string, value: unknown): DecodedRecord<unknown> {
  const topic = "comms.flags";
  return {
    topic,
    value,
    origin: { topic, partition: 0, offset: 0, key: Buffer.from(key), value: null, headers: {}, timestamp: 0 },
  };
}

describe("the place of a record in Redis", () => {
  it("of a consent is the same for a value and for its tombstone", () => {
    const place = { hash: keys.person("acme", "a/nna"), field: "consent:SMS:*" };
    expect(places.consents(record(consentKey(consent), consent))).toEqual(place);
    expect(places.consents(record(consentKey(consent), null))).toEqual(place);
  });

  it("of a suppression is the hash of its address, also for a tombstone", () => {
    const place = { hash: keys.suppression("acme", "SMS", "h"), field: "STOP:RECIPIENT:all" };
    expect(places.suppression(record(suppressionKey(suppression), suppression))).toEqual(place);
    expect(places.suppression(record(suppressionKey(suppression), null))).toEqual(place);
  });

  it("of a flag is its key, with the tenant that it is of, as of its tombstone", () => {
    const place = { hash: keys.flags(), field: "acme/comms.pause.tenant" };
    expect(places.flags(record(place.field, { name: "comms.pause.tenant", tenant_id: "acme" }))).toEqual(place);
    expect(places.flags(record(place.field, null))).toEqual(place);
  });

  it("is none for a foreign key", () => {
    expect([places.profiles(record("nonsense", null)), places.suppression(record("x", null))]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
