import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Channel, SuppressionOrigin, SuppressionReason } from "#shared/contracts/records.ts";
import { personKey } from "#shared/domain/message/id.ts";
import {
  consentKey,
  parseConsentKey,
  parsePersonKey,
  parseSuppressionKey,
  parseTokenKey,
  suppressionKey,
  tokenKey,
} from "#shared/domain/message/record-keys.ts";

const tenant = fc.string({ minLength: 1 }).filter((text) => !text.includes("/"));
const user = fc.string({ minLength: 1, unit: fc.constantFrom("a", "/", "%", "2", "F", ":", "é") });
const part = user;
const channel = fc.constantFrom<Channel>("EMAIL", "SMS");

describe("record keys of the compacted topics", () => {
  it("say whom and what they are about, for any ids", () => {
    fc.assert(
      fc.property(fc.tuple(tenant, user, channel, part), ([tenant_id, user_id, which, rest]) => {
        const person = { tenantId: tenant_id, userId: user_id };
        expect(parsePersonKey(personKey(tenant_id, user_id))).toEqual(person);
        const consent = consentKey({ tenant_id, user_id, channel: which, category: rest });
        expect(parseConsentKey(consent)).toEqual({ ...person, channel: which, category: rest });
        expect(parseTokenKey(tokenKey({ tenant_id, token: rest }))).toEqual({ tenantId: tenant_id, token: rest });
      }),
    );
  });

  it("name a suppression by all that makes it one", () => {
    const reason = fc.constantFrom<SuppressionReason>("HARD_BOUNCE", "STOP");
    const origin = fc.constantFrom<SuppressionOrigin>("RECIPIENT", "ADMIN");
    const name = fc.record({ tenant_id: tenant, channel, address_hash: part, reason, origin, scope: part });
    fc.assert(
      fc.property(name, (each) => {
        expect(parseSuppressionKey(suppressionKey(each))).toEqual(each);
      }),
    );
  });

  it("are one for two writers of one suppression, and two where anything that makes it one differs [SUP-03]", () => {
    const few = fc.constantFrom("a", "b/c", "b%2Fc");
    const name = fc.record({
      tenant_id: fc.constantFrom("t", "u"),
      channel,
      address_hash: few,
      reason: fc.constantFrom<SuppressionReason>("HARD_BOUNCE", "STOP"),
      origin: fc.constantFrom<SuppressionOrigin>("RECIPIENT", "ADMIN"),
      scope: few,
    });
    let equal = 0;
    fc.assert(
      fc.property(name, fc.option(name, { freq: 1 }), (one, drawn) => {
        const other = drawn ?? { ...one };
        const isOne = Object.entries(one).every(([field, value]) => other[field as keyof typeof other] === value);
        if (isOne) equal++;
        expect(suppressionKey(one) === suppressionKey(other)).toBe(isOne);
      }),
      { numRuns: 1_000 },
    );
    expect(equal).toBeGreaterThan(100);
  });

  it("are plain where nothing needs encoding", () => {
    const name = {
      tenant_id: "default",
      channel: "EMAIL",
      address_hash: "v1:k1:ab",
      reason: "STOP",
      origin: "RECIPIENT",
    } as const;
    expect(suppressionKey({ ...name, scope: "category:booking" })).toBe(
      "default/EMAIL/v1:k1:ab/STOP/RECIPIENT/category:booking",
    );
  });

  it.each(["", "x", "/", "a/b/c/d/e", "a/b/c/d/e/f/g", "a//c/d/e/f"])("are not read into %j", (key) => {
    expect(parseSuppressionKey(key)).toBeUndefined();
  });

  it("are not read where the person is missing", () => {
    expect(parsePersonKey("nobody")).toBeUndefined();
    expect(parseConsentKey("SMS/all")).toBeUndefined();
  });

  it.each(["default/ann/phone", "default/", "/T", "T"])("name no token in %j", (key) => {
    expect(parseTokenKey(key)).toBeUndefined();
  });
});
