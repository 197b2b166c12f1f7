import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createAddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { hashApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import { hmacSha256 } from "#shared/platform/crypto/hmac.ts";
import { signUnsubscribe } from "#shared/platform/crypto/unsubscribe-token.ts";

const pepper = "pepper-of-sixteen-chars";

describe("an HMAC under a secret of the configuration", () => {
  it("is Node's, of text and of bytes, whichever secret was used before, and when it is used again", () => {
    const secrets = Array.from({ length: 70 }, (_, at) => `${"sécret".repeat(at % 9)}${at}`);
    for (const secret of [...secrets, ...secrets]) {
      const expected = createHmac("sha256", secret).update("canary é").digest("hex");
      expect(hmacSha256(secret, "canary é").toString("hex")).toBe(expected);
      expect(hmacSha256(secret, Buffer.from("canary é")).toString("hex")).toBe(expected);
    }
  });
});

// These are in tables, in the log and in links that people hold: they may never change.
describe("what was made by an earlier release", () => {
  it("is the hash of an address", () => {
    const hasher = createAddressHasher({ current: "p1", peppers: { p1: pepper } });
    expect(hasher.hash("EMAIL", "Anna@Example.com")).toBe(
      "v1:p1:da7eab36621d14a572ec045b94f87f322a27248c710b111918d72a537cde78cf",
    );
  });

  it("is the hash of an API key", () => {
    expect(hashApiKey("carillon_x", { current: "p1", peppers: { p1: pepper } })).toBe(
      "v1:p1:654eda98d4f24e6cbb595a8d7776bd8b19c58ae123c1762cc25b3e1bd5fd7e80",
    );
  });

  it("is the token of a link", () => {
    const person = { tenantId: "default", userId: "anna", channel: "email", addressHash: "v1:p1:00" };
    const claim = { ...person, scope: "category:booking", msgId: "m", expiresAt: 1_800_000_000_000 };
    expect(
      signUnsubscribe(claim, { current: "k1", keys: { k1: { secret: "first-secret-of-32-characters-xx" } } }),
    ).toBe(
      "v1.k1.AAdkZWZhdWx0AARhbm5hAAVlbWFpbAAIdjE6cDE6MDAAEGNhdGVnb3J5OmJvb2tpbmcAAW0ADTE4MDAwMDAwMDAwMDA.Bxq6MyUsfYA68j_WOjEZz0tOdO2JLOCv3zmzLrPviXY",
    );
  });
});
