import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createKeyWrapper, keyContext } from "#shared/platform/crypto/master-key.ts";

const old = randomBytes(32);
const fresh = randomBytes(32);
const dataKey = randomBytes(32);
const ada = keyContext("default", "ada");

describe("createKeyWrapper", () => {
  it("unwraps under a retired master key while it is configured", () => {
    const wrapped = createKeyWrapper({ current: "m1", keys: { m1: old } }).wrap(dataKey, ada);
    const rotated = createKeyWrapper({ current: "m2", keys: { m1: old, m2: fresh } });
    expect(rotated.unwrap(wrapped, ada)).toEqual(dataKey);
    expect(rotated.unwrap(rotated.wrap(dataKey, ada), ada)).toEqual(dataKey);
    const forgotten = createKeyWrapper({ current: "m2", keys: { m2: fresh } });
    expect(() => forgotten.unwrap(wrapped, ada)).toThrow(
      expect.objectContaining({
        code: "USER_KEY_UNREADABLE",
        retryable: false,
        message: "Master key 'm1' is not configured",
      }),
    );
  });

  it("unwraps for no other person, and nothing that was changed", () => {
    const wrapper = createKeyWrapper({ current: "m1", keys: { m1: old } });
    const wrapped = wrapper.wrap(dataKey, ada);
    expect(() => wrapper.unwrap(wrapped, keyContext("default", "eve"))).toThrow(/does not open/);
    expect(() => wrapper.unwrap(wrapped.subarray(0, 10), ada)).toThrow(/does not open/);
    expect(() => wrapper.unwrap(Buffer.alloc(0), ada)).toThrow("Master key '' is not configured");
  });

  it.each([
    [{ current: "m1", keys: { m1: randomBytes(16) } }, "Master key 'm1' is 16 bytes and must be 32"],
    [{ current: "m2", keys: { m1: old } }, "Master key 'm2' is not configured"],
    [{ current: "m 1", keys: { "m 1": old } }, "Master key id 'm 1' may hold letters, digits, - and _ only"],
  ])("refuses keys that do not fit (%#)", (keys, message) => {
    expect(() => createKeyWrapper(keys)).toThrow(message);
  });
});
