import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type AccountConfig, accountSettings } from "#shared/delivery/account-settings.ts";
import type { KnownChannel } from "#shared/domain/message/channel.ts";

const domains = { COMMS_MAIL_DOMAIN: "notify.example.com", COMMS_MARKETING_DOMAIN: "news.example.com" };
const links = {
  COMMS_GATEWAY_PUBLIC_URL: "https://comms.example.com",
  COMMS_UNSUBSCRIBE_SECRET: "canary secret of links",
};
const ours = { ...links, ...domains, COMMS_SES_ACCESS_KEY_ID: "a", COMMS_SES_SECRET_ACCESS_KEY: "canary-ours" };
const acme = {
  id: "acme-mail",
  tenant: "acme",
  provider: "smtp",
  settings: { COMMS_SMTP_HOST: "mail.acme.example", ...domains },
};
const twilio = {
  COMMS_TWILIO_ACCOUNT_SID: "AC1",
  COMMS_TWILIO_AUTH_TOKEN: "t",
  COMMS_TWILIO_FROM: "+15005550006",
};

function read(channel: KnownChannel, values: Readonly<Record<string, string>>, accounts?: unknown) {
  const text = accounts === undefined ? {} : { COMMS_ACCOUNTS: JSON.stringify(accounts) };
  return accountSettings(channel).read({ ...values, ...text });
}

function accountsOf(result: ReturnType<typeof read>) {
  if (result.kind === "issues") throw new Error(result.issues.join("\n"));
  const lists = Object.entries(result.config).filter(([name]) => name.endsWith("Accounts"));
  return lists
    .flatMap(([, accounts]) => accounts as readonly AccountConfig[])
    .map(({ id, tenant, provider, config }) => ({ id, tenant, name: provider.name, config }));
}

const issuesOf = (result: ReturnType<typeof read>) => (result.kind === "issues" ? result.issues : []);

describe("the default account of a channel", () => {
  test("is the channel's first provider, unless another is chosen", () => {
    expect(accountsOf(read("EMAIL", ours))).toMatchObject([{ id: "ses:default", tenant: undefined, name: "ses" }]);
    const chosen = { ...links, ...domains, COMMS_EMAIL_PROVIDER: "smtp", COMMS_SMTP_HOST: "mail.example.com" };
    expect(accountsOf(read("EMAIL", chosen))).toMatchObject([
      { id: "smtp:default", name: "smtp", config: { COMMS_SMTP_PORT: 587, COMMS_SMTP_RATE: 100 } },
    ]);
    expect(accountsOf(read("INAPP", {}))).toMatchObject([{ id: "inapp:default" }]);
  });

  test("asks for nothing of a provider that was not chosen, nor of another channel", () => {
    expect(issuesOf(read("EMAIL", { ...links, ...domains, COMMS_EMAIL_PROVIDER: "smtp" }))).toEqual([
      "COMMS_SMTP_HOST: is not set",
    ]);
    expect(issuesOf(read("SMS", {})).map((issue) => issue.split(":")[0])).toEqual([
      ...Object.keys(twilio),
      "COMMS_GATEWAY_PUBLIC_URL",
    ]);
  });

  test.each(["twilio", "canary"])("an unknown provider or one of another channel is an issue (%s)", (name) => {
    const issues = issuesOf(read("EMAIL", { ...ours, COMMS_EMAIL_PROVIDER: name }));
    expect(issues).toEqual(["COMMS_EMAIL_PROVIDER: is none of ses, smtp"]);
  });

  test("may be none only where nobody sends: a sender needs one", () => {
    const values = { ...twilio, COMMS_SMS_PROVIDER: "none" };
    expect(issuesOf(read("SMS", values))).toEqual(["COMMS_SMS_PROVIDER: is none, and a sender needs one"]);
    expect(accountSettings("SMS", { accountsOnly: true }).read(values)).toEqual({
      kind: "config",
      config: { smsAccounts: [] },
    });
  });

  test("asks for what its provider needs of the process, and so does a tenant's account", () => {
    const { COMMS_UNSUBSCRIBE_SECRET: _, ...noSecret } = ours;
    expect(issuesOf(read("EMAIL", noSecret))).toEqual(["COMMS_UNSUBSCRIBE_SECRET: is not set"]);
    expect(issuesOf(read("SMS", twilio))).toEqual(["COMMS_GATEWAY_PUBLIC_URL: is not set"]);
    expect(issuesOf(read("INAPP", {}))).toEqual([]);
    const texts = { id: "acme-texts", tenant: "acme", provider: "twilio", settings: twilio };
    expect(issuesOf(read("SMS", twilio, [texts]))).toEqual(["COMMS_GATEWAY_PUBLIC_URL: is not set"]);
    expect(accountSettings("SMS", { accountsOnly: true }).read(twilio)).toMatchObject({ kind: "config" });
  });

  test("is described together with what else is read", () => {
    const names = accountSettings("EMAIL").descriptions.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["COMMS_EMAIL_PROVIDER", "COMMS_ACCOUNTS", "COMMS_SMTP_PASSWORD"]));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("the accounts of tenants [MTN-01]", () => {
  test("come after the default one, each with its own settings; a number may stand without quotes", () => {
    const list = [{ ...acme, settings: { ...acme.settings, COMMS_SMTP_PORT: 2_525 } }];
    expect(accountsOf(read("EMAIL", ours, list))).toMatchObject([
      { id: "ses:default" },
      { id: "acme-mail", tenant: "acme", name: "smtp", config: { COMMS_SMTP_PORT: 2_525 } },
    ]);
  });

  test("take nothing from the environment: a password of ours does not go to a host of theirs", () => {
    const environment = { ...ours, COMMS_SMTP_USER: "ours", COMMS_SMTP_PASSWORD: "canary-ours" };
    const [, own] = accountsOf(read("EMAIL", environment, [acme]));
    expect(JSON.stringify(own)).not.toContain("ours");
    const bare = { ...acme, settings: { COMMS_SMTP_HOST: "mail.acme.example" } };
    expect(issuesOf(read("EMAIL", environment, [bare]))).toEqual([
      "COMMS_ACCOUNTS: acme-mail: COMMS_MAIL_DOMAIN: is not set",
      "COMMS_ACCOUNTS: acme-mail: COMMS_MARKETING_DOMAIN: is not set",
    ]);
  });

  test("need a key of their own for SES: the SDK's chain would find ours", () => {
    const bare = { ...acme, provider: "ses", settings: domains };
    expect(issuesOf(read("EMAIL", { ...links, ...domains }, [bare]))).toEqual([
      "COMMS_ACCOUNTS: acme-mail: COMMS_SES_ACCESS_KEY_ID: is not set, and an account of a tenant needs it",
      "COMMS_ACCOUNTS: acme-mail: COMMS_SES_SECRET_ACCESS_KEY: is not set, and an account of a tenant needs it",
    ]);
    expect(accountsOf(read("EMAIL", { ...links, ...domains }))).toMatchObject([{ id: "ses:default" }]);
  });

  test("may name a file with a value", () => {
    const file = join(mkdtempSync(join(tmpdir(), "accounts-")), "password");
    writeFileSync(file, "from-a-file\n");
    const login = { COMMS_SMTP_USER: "carillon", COMMS_SMTP_PASSWORD_FILE: file };
    const [, own] = accountsOf(read("EMAIL", ours, [{ ...acme, settings: { ...acme.settings, ...login } }]));
    expect(own?.config).toMatchObject({ COMMS_SMTP_PASSWORD: "from-a-file" });
    const missing = { ...acme, settings: { ...acme.settings, COMMS_SMTP_CA_FILE: "/no/such/canary" } };
    expect(issuesOf(read("EMAIL", ours, [missing]))).toEqual([
      "COMMS_ACCOUNTS: acme-mail: COMMS_SMTP_CA_FILE: the file that it names cannot be read",
    ]);
  });

  test("are left to their own channel, and so are issues with their settings and files", () => {
    const opened: string[] = [];
    const broken = { ...acme, settings: { COMMS_SMTP_PORT: "canary", COMMS_SMTP_CA_FILE: "/no/such/file" } };
    const result = accountSettings("SMS", { readFile: (path) => (opened.push(path), "") }).read({
      ...links,
      ...twilio,
      COMMS_ACCOUNTS: JSON.stringify([broken]),
    });
    expect(result).toMatchObject({ kind: "config", config: { smsAccounts: [{ id: "twilio:default" }] } });
    expect(opened).toEqual([]);
    expect(issuesOf(read("EMAIL", ours, [broken])).length).toBeGreaterThan(2);
  });
});

describe("an issue with the accounts", () => {
  test("is reported with all others, by the account's id, and repeats no value", () => {
    const list = [
      { ...acme, settings: { ...acme.settings, COMMS_SMTP_PORT: "canary", COMMS_SMPT_USER: "canary" } },
      { ...acme, id: "beta", tenant: "beta", provider: "canary" },
      { ...acme, id: "gamma", tenant: "gamma", provider: "ses", settings: { COMMS_SES_RATE: "canary", ...domains } },
    ];
    const issues = issuesOf(read("EMAIL", { ...links, ...domains, COMMS_SES_ACCESS_KEY_ID: "canary" }, list));
    expect(issues.map((issue) => /^(COMMS_ACCOUNTS: [\w-]+: )?\w+/.exec(issue)?.[0])).toEqual([
      "COMMS_ACCOUNTS: beta: provider",
      "COMMS_SES_SECRET_ACCESS_KEY",
      "COMMS_ACCOUNTS: acme-mail: COMMS_SMPT_USER",
      "COMMS_ACCOUNTS: acme-mail: COMMS_SMTP_PORT",
      "COMMS_ACCOUNTS: gamma: COMMS_SES_ACCESS_KEY_ID",
      "COMMS_ACCOUNTS: gamma: COMMS_SES_SECRET_ACCESS_KEY",
      "COMMS_ACCOUNTS: gamma: COMMS_SES_RATE",
    ]);
    expect(issues.join()).not.toContain("canary");
  });

  test.each<[string, unknown, string]>([
    [
      "an id twice",
      [acme, { ...acme, tenant: "beta" }],
      "COMMS_ACCOUNTS: acme-mail: id: is that of an earlier account",
    ],
    [
      "a second account of a tenant on the channel",
      [acme, { ...acme, id: "b", provider: "ses", settings: domains }],
      "COMMS_ACCOUNTS: b: tenant: has an account on the channel already, acme-mail",
    ],
    ["an id that is no id", [{ ...acme, id: "Acme Mail" }], "COMMS_ACCOUNTS: entry 1: id: may hold small letters"],
    ["an id that looks like a default one", [{ ...acme, id: "ses:default" }], "COMMS_ACCOUNTS: entry 1: id:"],
    ["no tenant", [{ ...acme, tenant: "" }], "COMMS_ACCOUNTS: entry 1: tenant: is empty"],
    ["a field too many", [{ ...acme, canary: 1 }], "COMMS_ACCOUNTS: entry 1: has a field that no account has"],
    ["a value that is none", [{ ...acme, settings: { COMMS_SMTP_CA: [] } }], "COMMS_ACCOUNTS: entry 1: settings."],
    ["no entry", ["canary"], "COMMS_ACCOUNTS: entry 1: "],
    ["no list", { acme }, "COMMS_ACCOUNTS: is not a list in YAML that can be read"],
  ])("%s", (_, list, issue) => {
    for (const [channel, values] of [["EMAIL", ours] as const, ["SMS", twilio] as const])
      expect(issuesOf(read(channel, values, list))[0]).toContain(issue);
    expect(issuesOf(read("EMAIL", ours, list)).join()).not.toContain("canary");
  });

  test.each(["- id: [canary", "\t- canary: 1", "canary", "- &a [*a, canary"])("text that is no list: %j", (text) => {
    const expected = { kind: "issues", issues: ["COMMS_ACCOUNTS: is not a list in YAML that can be read"] };
    expect(accountSettings("INAPP").read({ COMMS_ACCOUNTS: text })).toEqual(expected);
  });

  test("an account on each of two channels is none", () => {
    const texts = { id: "acme-texts", tenant: "acme", provider: "twilio", settings: twilio };
    expect(accountsOf(read("SMS", { ...links, ...twilio }, [acme, texts])).map(({ id }) => id)).toEqual([
      "twilio:default",
      "acme-texts",
    ]);
  });
});
