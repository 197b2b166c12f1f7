import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { dkimKeysOf, type SmtpConfig, smtpServerOf, smtpSettings } from "#shared/delivery/providers/smtp/config.ts";

const pem = { type: "pkcs8", format: "pem" } as const;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export(pem).toString();
const short = generateKeyPairSync("rsa", { modulusLength: 1_024 }).privateKey.export(pem).toString();
const ed25519 = generateKeyPairSync("ed25519").privateKey.export(pem).toString();
const least = {
  COMMS_SMTP_HOST: "mail.example.com",
  COMMS_MAIL_DOMAIN: "notify.example.com",
  COMMS_MARKETING_DOMAIN: "updates.example.com",
};
const keys = {
  COMMS_DKIM_RSA_KEY: rsa,
  COMMS_DKIM_RSA_SELECTOR: "r1",
  COMMS_DKIM_ED25519_KEY: ed25519,
  COMMS_DKIM_ED25519_SELECTOR: "e1",
};

function configOf(values: Readonly<Record<string, string>>): SmtpConfig {
  const read = smtpSettings.read(values);
  if (read.kind === "issues") throw new Error(read.issues.join());
  return read.config;
}

describe("the settings of SMTP", () => {
  test("a host and two domains are enough; port 587 [EML-06] and TLS are the default, and empty is not set", () => {
    const config = configOf({ ...least, COMMS_SMTP_USER: "", COMMS_SMTP_PASSWORD: "" });
    expect(smtpServerOf(config)).toEqual({
      host: "mail.example.com",
      port: 587,
      security: "starttls",
      connections: 20,
    });
    expect(dkimKeysOf(config)).toEqual([]);
    expect(config).toMatchObject({ ...least, COMMS_SMTP_RATE: 100 });
  });

  test("a login, and keys of both algorithms, with line ends as they are or written out", () => {
    const login = { COMMS_SMTP_USER: "carillon", COMMS_SMTP_PASSWORD: "secret" };
    const oneLine = { COMMS_DKIM_ED25519_KEY: ed25519.replaceAll("\n", "\\n") };
    const config = configOf({ ...least, ...login, ...keys, ...oneLine, COMMS_SMTP_PORT: "465" });
    expect(smtpServerOf(config)).toMatchObject({ port: 465, login: { user: "carillon", password: "secret" } });
    expect(dkimKeysOf(config).map(({ selector, key }) => [selector, key.asymmetricKeyType])).toEqual([
      ["r1", "rsa"],
      ["e1", "ed25519"],
    ]);
  });
});

describe("an issue with the settings of SMTP", () => {
  test("every issue is reported at once, and none repeats a value", () => {
    const read = smtpSettings.read({
      COMMS_MAIL_DOMAIN: "notify.example.com",
      COMMS_SMTP_PORT: "none",
      COMMS_SMTP_SECURITY: "maybe",
      COMMS_SMTP_PASSWORD: "canary-secret",
      COMMS_DKIM_RSA_KEY: "canary-key",
      COMMS_DKIM_ED25519_SELECTOR: "e1",
    });
    const issues = read.kind === "issues" ? read.issues : [];
    expect(issues.map((issue) => issue.split(":")[0]).toSorted()).toEqual([
      "COMMS_DKIM_ED25519_KEY",
      "COMMS_DKIM_RSA_KEY",
      "COMMS_DKIM_RSA_SELECTOR",
      "COMMS_MARKETING_DOMAIN",
      "COMMS_SMTP_HOST",
      "COMMS_SMTP_PORT",
      "COMMS_SMTP_SECURITY",
      "COMMS_SMTP_USER",
    ]);
    expect(issues.join()).not.toContain("canary");
  });

  test.each([
    [
      "a password over plain",
      { COMMS_SMTP_SECURITY: "none", COMMS_SMTP_USER: "a", COMMS_SMTP_PASSWORD: "b" },
      "COMMS_SMTP_SECURITY",
    ],
    [
      "a password over plain to a name that looks like this machine",
      {
        COMMS_SMTP_HOST: "127.0.0.1.evil.example",
        COMMS_SMTP_SECURITY: "none",
        COMMS_SMTP_USER: "a",
        COMMS_SMTP_PASSWORD: "b",
      },
      "COMMS_SMTP_SECURITY",
    ],
    ["a short RSA key", { ...keys, COMMS_DKIM_RSA_KEY: short }, "COMMS_DKIM_RSA_KEY: is shorter than 2,048 bits"],
    ["the wrong kind of key", { ...keys, COMMS_DKIM_RSA_KEY: ed25519 }, "COMMS_DKIM_RSA_KEY: is not a private rsa key"],
    ["one selector for two keys", { ...keys, COMMS_DKIM_ED25519_SELECTOR: "r1" }, "COMMS_DKIM_ED25519_SELECTOR"],
    ["a selector that ends the tag", { ...keys, COMMS_DKIM_RSA_SELECTOR: "r1; d=evil" }, "COMMS_DKIM_RSA_SELECTOR"],
  ])("%s is an issue", (_, change, sentence) => {
    const read = smtpSettings.read({ ...least, ...change });
    expect(read).toEqual({ kind: "issues", issues: [expect.stringContaining(sentence)] });
  });

  test("a password may go in plain to this machine itself", () => {
    const local = {
      COMMS_SMTP_HOST: "127.0.0.1",
      COMMS_SMTP_SECURITY: "none",
      COMMS_SMTP_USER: "a",
      COMMS_SMTP_PASSWORD: "b",
    };
    expect(smtpSettings.read({ ...least, ...local })).toMatchObject({ kind: "config" });
  });
});
