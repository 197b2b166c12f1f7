import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readConfig } from "#shared/platform/config/environment.ts";
import { createAddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { drawApiKey, hashApiKey, isHashOfApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import { createKeyWrapper } from "#shared/platform/crypto/master-key.ts";
import { signUnsubscribe, verifyUnsubscribe } from "#shared/platform/crypto/unsubscribe-token.ts";
import { addressPeppers, apiKeyPeppersOf, masterKeys, unsubscribeKeysOf } from "#shared/runtime/process/rotation.ts";
import { type AllConfig, allSettings } from "#tests/support/all-settings.ts";
import { minimalEnvironment } from "#tests/support/minimal-environment.ts";

const configOf = (more: NodeJS.ProcessEnv = {}): AllConfig =>
  readConfig(allSettings, { ...minimalEnvironment, ...more }, "/nowhere");
const faults = (more: NodeJS.ProcessEnv): string => {
  try {
    configOf(more);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("secrets in rotation", () => {
  it("hash an address under the new pepper, and find it under the old", () => {
    const before = createAddressHasher(addressPeppers(configOf({ COMMS_ADDRESS_PEPPER_ID: "y1" })));
    const after = createAddressHasher(
      addressPeppers(
        configOf({
          COMMS_ADDRESS_PEPPER: "pepper of next year",
          COMMS_ADDRESS_PEPPER_ID: "y2",
          COMMS_ADDRESS_PEPPERS_PREVIOUS: "y1=pepper of this year, y0=pepper==of the past",
        }),
      ),
    );
    const old = before.hash("EMAIL", "ada@example.com");
    expect(after.hash("EMAIL", "ada@example.com")).toMatch(/^v1:y2:/);
    expect(after.hashes("EMAIL", "ada@example.com")).toContain(old);
    expect(after.hashes("EMAIL", "ada@example.com")).toHaveLength(3);
  });

  it("wrap under the new master key, and open what the old one wrapped", () => {
    const [dataKey, context] = [randomBytes(32), Buffer.from("person")];
    const wrapped = createKeyWrapper(masterKeys(configOf())).wrap(dataKey, context);
    const next = { COMMS_MASTER_KEY: "02".repeat(32), COMMS_MASTER_KEY_ID: "y2" };
    const after = createKeyWrapper(
      masterKeys(configOf({ ...next, COMMS_MASTER_KEYS_PREVIOUS: `main=${minimalEnvironment.COMMS_MASTER_KEY}` })),
    );
    expect(after.unwrap(wrapped, context)).toEqual(dataKey);
    expect(after.wrap(dataKey, context).subarray(1, 3).toString()).toBe("y2");
    expect(() => createKeyWrapper(masterKeys(configOf(next))).unwrap(wrapped, context)).toThrow(
      /'main' is not configured/,
    );
  });

  it("sign links with the new secret, and keep those that the old one signed", () => {
    const claim = {
      tenantId: "default",
      userId: "u",
      channel: "email",
      addressHash: "h",
      scope: "category:reviews",
      msgId: "m",
      expiresAt: 10,
    };
    const link = signUnsubscribe(claim, unsubscribeKeysOf(configOf()));
    const next = { COMMS_UNSUBSCRIBE_SECRET: "secret of next year", COMMS_UNSUBSCRIBE_SECRET_ID: "y2" };
    const after = unsubscribeKeysOf(
      configOf({ ...next, COMMS_UNSUBSCRIBE_SECRETS_PREVIOUS: `main=${minimalEnvironment.COMMS_UNSUBSCRIBE_SECRET}` }),
    );
    expect(verifyUnsubscribe(link, after, 1)).toEqual({ claim });
    expect(signUnsubscribe(claim, after)).toMatch(/^v1\.y2\./);
    expect(verifyUnsubscribe(link, unsubscribeKeysOf(configOf(next)), 1)).toEqual({ refusal: "unknown_key" });
  });
});

describe("the pepper of API keys in rotation", () => {
  it("takes keys that were made under the old one, and makes new ones under the new", () => {
    const { text } = drawApiKey();
    const old = hashApiKey(text, apiKeyPeppersOf(configOf()));
    const next = { COMMS_API_KEY_PEPPER: "key pepper of next year", COMMS_API_KEY_PEPPER_ID: "y2" };
    const previous = `main=${minimalEnvironment.COMMS_API_KEY_PEPPER}`;
    const after = apiKeyPeppersOf(configOf({ ...next, COMMS_API_KEY_PEPPERS_PREVIOUS: previous }));
    expect([isHashOfApiKey(text, old, after), hashApiKey(text, after)]).toEqual([
      true,
      expect.stringMatching(/^v1:y2:/),
    ]);
    expect(isHashOfApiKey(text, old, apiKeyPeppersOf(configOf(next)))).toBe(false);
  });
});

describe("faults of secrets in rotation", () => {
  it.each([
    ["COMMS_ADDRESS_PEPPERS_PREVIOUS", "canary secret without id", "entry 1 is not written as id=secret"],
    ["COMMS_ADDRESS_PEPPERS_PREVIOUS", "y1=long enough, canary", "entry 2 is not written as id=secret"],
    ["COMMS_ADDRESS_PEPPERS_PREVIOUS", "y1=canary", "the secret of entry 1 needs 16 characters or more"],
    [
      "COMMS_ADDRESS_PEPPERS_PREVIOUS",
      "y1=canary-canary-01,y1=canary-canary-02",
      "entry 2 has the id of an earlier one",
    ],
    ["COMMS_ADDRESS_PEPPERS_PREVIOUS", "p1=canary-canary-canary", "has the id of the current one"],
    ["COMMS_MASTER_KEYS_PREVIOUS", "y1=canary", "the secret of entry 1 needs 64 hex digits"],
    ["COMMS_MASTER_KEYS_PREVIOUS", `main=${"ca".repeat(32)}`, "has the id of the current one"],
    ["COMMS_UNSUBSCRIBE_SECRETS_PREVIOUS", "main=canary-canary-canary", "has the id of the current one"],
    ["COMMS_API_KEY_PEPPERS_PREVIOUS", "main=canary-canary-canary", "has the id of the current one"],
    ["COMMS_MASTER_KEY_ID", "canary key", "may hold letters, digits, - and _ only"],
    ["COMMS_UNSUBSCRIBE_SECRET_ID", "canary.key", "may hold letters, digits, - and _ only"],
  ])("%s is reported in a sentence, without its value", (name, value, sentence) => {
    const text = faults({ [name]: value });
    expect(text).toContain(`${name}: ${sentence}`);
    expect(text).not.toMatch(/canary|caca/);
  });
});
