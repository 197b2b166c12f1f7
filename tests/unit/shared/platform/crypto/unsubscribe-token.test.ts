import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  signUnsubscribe,
  type UnsubscribeClaim,
  type UnsubscribeKeys,
  verifyUnsubscribe,
} from "#shared/platform/crypto/unsubscribe-token.ts";

const now = Date.UTC(2026, 0, 5);
const day = 24 * 3_600_000;
const keys: UnsubscribeKeys = { current: "k1", keys: { k1: { secret: "first-secret-of-32-characters-xx" } } };
const claim: UnsubscribeClaim = {
  tenantId: "default",
  userId: "u1",
  channel: "email",
  addressHash: `v1:dev:${"a".repeat(64)}`,
  scope: "category:booking",
  msgId: "m1",
  expiresAt: now + 90 * day,
};

describe("the unsubscribe token [UNS-01] [UNS-02] [SEC-10]", () => {
  test("gives back any claim that it was made of", () => {
    const text = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" });
    const record = { tenantId: text, userId: text, channel: text, addressHash: text, scope: text, msgId: text };
    fc.assert(
      fc.property(fc.record(record), (fields) => {
        const any = { ...fields, expiresAt: now + day };
        expect(verifyUnsubscribe(signUnsubscribe(any, keys), keys, now)).toEqual({ claim: any });
      }),
    );
  });

  test("fits a URL path and says nothing of the address", () => {
    expect(signUnsubscribe(claim, keys)).toMatch(/^[\w.-]+$/);
  });

  test("works 60 days on, and not for ever", () => {
    const token = signUnsubscribe(claim, keys);
    expect(verifyUnsubscribe(token, keys, now + 60 * day)).toEqual({ claim });
    expect(verifyUnsubscribe(token, keys, now + 90 * day)).toEqual({ refusal: "expired" });
  });

  test("a rotated key keeps its links until its end date", () => {
    const token = signUnsubscribe(claim, keys);
    const rotated = {
      current: "k2",
      keys: {
        k1: { secret: "first-secret-of-32-characters-xx", until: now + 61 * day },
        k2: { secret: "second-secret-of-32-characters-x" },
      },
    };
    expect(verifyUnsubscribe(token, rotated, now + 60 * day)).toEqual({ claim });
    expect(verifyUnsubscribe(token, rotated, now + 61 * day)).toEqual({ refusal: "unknown_key" });
    expect(signUnsubscribe(claim, rotated)).toMatch(/^v1\.k2\./);
  });

  test("what is signed is read again, or nothing is signed", () => {
    const longest = { ...claim, tenantId: "t".repeat(64), userId: "漢".repeat(85) };
    expect(verifyUnsubscribe(signUnsubscribe(longest, keys), keys, now)).toEqual({ claim: longest });
    for (const over of [{ userId: "漢".repeat(600) }, { userId: "" }, { userId: "\ud800" }, { expiresAt: Number.NaN }])
      expect(() => signUnsubscribe({ ...claim, ...over }, keys)).toThrow(RangeError);
  });

  test("fields that only read alike sign differently", () => {
    const one = signUnsubscribe({ ...claim, tenantId: "a", userId: "bc" }, keys);
    const two = signUnsubscribe({ ...claim, tenantId: "ab", userId: "c" }, keys);
    expect(one.split(".")[2]).not.toBe(two.split(".")[2]);
    expect(one.split(".")[3]).not.toBe(two.split(".")[3]);
  });
});

describe("an unsubscribe token that nobody signed [UNS-01] [UNS-02] [SEC-10]", () => {
  test("any changed character is refused", () => {
    const token = signUnsubscribe(claim, keys);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom("A", "b", "7", "_", "."), (at, other) => {
        fc.pre(token[at] !== other);
        expect(verifyUnsubscribe(token.slice(0, at) + other + token.slice(at + 1), keys, now)).toHaveProperty(
          "refusal",
        );
      }),
    );
  });

  test("another's secret, another claim's MAC and a MAC of the claim alone sign nothing", () => {
    const [version, keyId, body, mac] = signUnsubscribe(claim, keys).split(".");
    const strangers: UnsubscribeKeys = { current: "k1", keys: { k1: { secret: "a-stranger's-secret-of-32-letters" } } };
    const [, , otherBody] = signUnsubscribe({ ...claim, userId: "u2", scope: "stream:marketing" }, keys).split(".");
    const { secret } = keys.keys["k1"] ?? expect.fail("there is no key");
    const bare = createHmac("sha256", secret).update(String(body)).digest("base64url");
    const forged = [
      signUnsubscribe(claim, strangers),
      [version, keyId, otherBody, mac].join("."),
      [version, keyId, body, bare].join("."),
      [version, keyId, body, Buffer.alloc(32).toString("base64url")].join("."),
    ];
    for (const token of forged) expect(verifyUnsubscribe(token, keys, now)).toEqual({ refusal: "forged" });
    expect(verifyUnsubscribe([version, keyId, body, mac].join("."), keys, now)).toEqual({ claim });
  });

  test("the same MAC in another spelling is refused: a link has one", () => {
    const token = signUnsubscribe(claim, keys);
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // The last letter of 32 bytes in base64url carries two bits that are not used.
    const twin = letters[letters.indexOf(token.at(-1) ?? "") ^ 1];
    const [head, mac] = [token.slice(0, token.lastIndexOf(".") + 1), token.slice(token.lastIndexOf(".") + 1)];
    const spellings = [
      `${token}=`,
      `${token}!`,
      `${token} `,
      token.slice(0, -1) + twin,
      `${head}${mac.slice(0, 9)} ${mac.slice(9)}`,
    ];
    for (const spelling of spellings) expect(verifyUnsubscribe(spelling, keys, now)).toEqual({ refusal: "forged" });
  });

  test.each(["", "v1", "v1.k1.x", "v2.k1.x.y", "v1.constructor.x.y", "v1.k1.x.y.z", `v1.k1.${"x".repeat(3_000)}.y`])(
    "%j is refused without an error",
    (token) => {
      expect(verifyUnsubscribe(token, keys, now)).toHaveProperty("refusal");
    },
  );

  test("a key that is missing or too short signs nothing", () => {
    expect(() => signUnsubscribe(claim, { current: "k9", keys: {} })).toThrow(RangeError);
    expect(() => signUnsubscribe(claim, { current: "k1", keys: { k1: { secret: "short" } } })).toThrow(RangeError);
  });
});
