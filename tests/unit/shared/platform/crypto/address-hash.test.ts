import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createAddressHasher } from "#shared/platform/crypto/address-hash.ts";

const spring = "spring-pepper-0123456789";
const autumn = "autumn-pepper-0123456789";

describe("createAddressHasher", () => {
  const hasher = createAddressHasher({ current: "k2", peppers: { k1: spring, k2: autumn } });

  it("gives v1, the key id and a keyed SHA-256", () => {
    expect(hasher.hash("EMAIL", "ada@example.com")).toMatch(/^v1:k2:[0-9a-f]{64}$/);
  });

  it("hashes spellings of one address alike, and different addresses apart", () => {
    expect(hasher.hash("EMAIL", "ada@EXAMPLE.com")).toBe(hasher.hash("EMAIL", " ada@example.com"));
    expect(hasher.hash("SMS", "+1 212 555 0100")).toBe(hasher.hash("SMS", "+12125550100"));
    expect(hasher.hash("EMAIL", "Mira.Holt@Example.com")).toBe(hasher.hash("EMAIL", "mira.holt@example.com"));
    expect(hasher.hash("EMAIL", "ada.l@example.com")).not.toBe(hasher.hash("EMAIL", "ada@example.com"));
  });

  it("depends on the pepper", () => {
    const other = createAddressHasher({ current: "k2", peppers: { k2: spring } });
    expect(other.hash("EMAIL", "ada@example.com")).not.toBe(hasher.hash("EMAIL", "ada@example.com"));
  });

  it("gives every pepper's hash while one rotates, the current first", () => {
    const old = createAddressHasher({ current: "k1", peppers: { k1: spring } });
    expect(hasher.hashes("SMS", "+12125550100")).toEqual([
      hasher.hash("SMS", "+12125550100"),
      old.hash("SMS", "+12125550100"),
    ]);
  });

  it("looks a mailbox up by the spelling as given too, by which entries and links were made once", () => {
    const hashes = hasher.hashes("EMAIL", "Mira.Holt@example.com");
    expect(hashes).toHaveLength(4);
    expect(hashes[0]).toBe(hasher.hash("EMAIL", "mira.holt@example.com"));
    const asGiven = createHmac("sha256", autumn).update("Mira.Holt@example.com").digest("hex");
    expect(hashes).toContain(`v1:k2:${asGiven}`);
    expect(hasher.hashes("EMAIL", "mira.holt@example.com")).toHaveLength(2);
  });

  it("hashes what it cannot normalise as it stands", () => {
    expect(hasher.hash("EMAIL", " nobody ")).toBe(hasher.hash("EMAIL", "nobody"));
  });

  it.each([
    [{ current: "k9", peppers: { k1: spring } }, "Address pepper 'k9' is not configured"],
    [{ current: "k1", peppers: { k1: "short" } }, "Address pepper 'k1' is shorter than 16 characters"],
    [{ current: "k:1", peppers: { "k:1": spring } }, "Address pepper id 'k:1' may hold letters, digits, - and _ only"],
  ])("refuses %j", (options, message) => {
    expect(() => createAddressHasher(options)).toThrow(message);
  });
});
