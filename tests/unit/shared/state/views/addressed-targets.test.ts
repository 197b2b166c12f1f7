import { describe, expect, test } from "vitest";
import type { Suppression } from "#shared/contracts/records.ts";
import type { AddressRef } from "#shared/domain/recipient/person.ts";
import { createAddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { lookUpTargets } from "#shared/state/views/addressed-targets.ts";
import { aSuppression } from "#tests/support/policy/records.ts";

const peppers = { old: "an-old-pepper-of-sixteen", new: "a-new-pepper-of-sixteen" };
const before = createAddressHasher({ current: "old", peppers: { old: peppers.old } });
const hasher = createAddressHasher({ current: "new", peppers });

const ada = { address: "ada@example.com", deviceId: "" };
const bob = { address: "bob@example.com", deviceId: "" };
const phone = { address: "+14155550123", deviceId: "" };
const mail = { tenantId: "default", channel: "EMAIL" } as const;

const nameOf = ({ tenantId, channel, addressHash }: AddressRef) => `${tenantId}/${channel}/${addressHash}`;

/** Views that hold the entries, under the names that they lie under, and the names asked for in each trip. */
function viewsWith(entries: Readonly<Record<string, readonly Suppression[]>> = {}) {
  const trips: (readonly string[])[] = [];
  const views = {
    suppressions: async (refs: readonly AddressRef[]) => {
      const names = refs.map(nameOf);
      trips.push(names);
      return { value: names.map((name) => entries[name] ?? []), ageMs: 7 };
    },
  };
  return { views, trips };
}

const one = aSuppression({ suppression_id: "s1" });
const other = aSuppression({ suppression_id: "s2" });

describe("the targets of a batch", () => {
  test("keep their order, each with its own entries, in one trip", async () => {
    const { views, trips } = viewsWith({
      [`default/EMAIL/${hasher.hash("EMAIL", bob.address)}`]: [one],
      [`default/SMS/${hasher.hash("SMS", phone.address)}`]: [other],
    });
    const batch = [
      { ...mail, targets: "invalid" },
      { ...mail, targets: [ada, bob] },
      { ...mail, targets: "none" },
      { tenantId: "default", channel: "SMS", targets: [phone] },
      { ...mail, targets: [bob] },
    ] as const;
    expect(await lookUpTargets(batch, { views, hasher })).toEqual({
      value: [
        "invalid",
        [
          { ...ada, hash: hasher.hash("EMAIL", ada.address), suppressions: [] },
          { ...bob, hash: hasher.hash("EMAIL", bob.address), suppressions: [one] },
        ],
        "none",
        [{ ...phone, hash: hasher.hash("SMS", phone.address), suppressions: [other] }],
        [{ ...bob, hash: hasher.hash("EMAIL", bob.address), suppressions: [one] }],
      ],
      ageMs: 7,
    });
    expect(trips.map((names) => names.length)).toEqual([8]);
  });

  test("have the entries of their own tenant, where tenants share an address", async () => {
    const hash = hasher.hash("EMAIL", ada.address);
    const { views, trips } = viewsWith({ [`acme/EMAIL/${hash}`]: [one], [`zeta/EMAIL/${hash}`]: [other] });
    const batch = ["acme", "default", "zeta"].map((tenantId) => ({ ...mail, tenantId, targets: [ada] }));
    const { value } = await lookUpTargets(batch, { views, hasher });
    expect(value).toEqual([[one], [], [other]].map((suppressions) => [{ ...ada, hash, suppressions }]));
    expect(trips).toHaveLength(1);
  });

  test("have the entries of their own channel, where channels share an address", async () => {
    const { views } = viewsWith({ [`default/SMS/${hasher.hash("SMS", phone.address)}`]: [one] });
    const batch = (["SMS", "WHATSAPP"] as const).map((channel) => {
      return { tenantId: "default", channel, targets: [phone] };
    });
    const { value } = await lookUpTargets(batch, { views, hasher });
    expect(value).toMatchObject([[{ suppressions: [one] }], [{ suppressions: [] }]]);
  });
});

describe("the hashes of targets", () => {
  test("are looked up under a retired pepper too; a target is named under the current one", async () => {
    const { views } = viewsWith({
      [`default/EMAIL/${before.hash("EMAIL", ada.address)}`]: [one],
      [`default/EMAIL/${hasher.hash("EMAIL", ada.address)}`]: [other],
    });
    const { value } = await lookUpTargets([{ ...mail, targets: [ada] }], { views, hasher });
    expect(value).toEqual([[{ ...ada, hash: hasher.hash("EMAIL", ada.address), suppressions: [other, one] }]]);
    expect(hasher.hash("EMAIL", ada.address)).toMatch(/^v1:new:/);
  });

  test("are left out on a channel without addresses, and only the others are asked for", async () => {
    const { views, trips } = viewsWith();
    const tokens = ["token-1", "token-2"].map((address, i) => ({ address, deviceId: `device-${i}` }));
    const batch = [
      { tenantId: "default", channel: "PUSH", targets: tokens },
      { ...mail, targets: [ada] },
    ] as const;
    const { value } = await lookUpTargets(batch, { views, hasher });
    expect(value[0]).toEqual(tokens.map((token) => ({ ...token, hash: "", suppressions: [] })));
    expect(trips).toEqual([hasher.hashes("EMAIL", ada.address).map((hash) => `default/EMAIL/${hash}`)]);
  });

  test.each([
    ["an empty batch", [], []],
    [
      "tokens only",
      [{ tenantId: "default", channel: "PUSH", targets: [{ address: "token", deviceId: "d" }] }],
      [[{ address: "token", deviceId: "d", hash: "", suppressions: [] }]],
    ],
    ["nobody who has an address", [{ ...mail, targets: "none" }], ["none"]],
  ] as const)("make no trip for %s, and no age is held against it", async (_, batch, value) => {
    const { views, trips } = viewsWith();
    expect(await lookUpTargets(batch, { views, hasher })).toEqual({ value, ageMs: 0 });
    expect(trips).toEqual([]);
  });
});
