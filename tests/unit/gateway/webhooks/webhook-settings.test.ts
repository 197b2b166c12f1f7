import { describe, expect, it } from "vitest";
import { z } from "zod";
import { webhookSettingsOf } from "#gateway/webhooks/webhook-settings.ts";
import { allProviders, type WebhookProvider } from "#shared/delivery/providers/registry.ts";
import { setting, settingGroup } from "#shared/platform/config/setting.ts";

const webhook = (path: string, shape: Readonly<Record<string, z.ZodType>>) => ({
  settings: settingGroup("Birds", shape),
  path,
  open: () => Promise.reject(new Error("not opened here")),
  normalise: () => ({ kind: "nothing" }) as const,
});
const text = z.string().min(1);
const required = setting(text, "The key.", { secret: true });
const optional = setting(text.optional(), "The key before.");

/** A second provider of email with a webhook, and one without, beside those of the product. */
const all: readonly WebhookProvider[] = [
  ...allProviders.filter(({ name }) => ["ses", "twilio"].includes(name)),
  { name: "pigeon", channel: "EMAIL", webhook: webhook("/webhooks/pigeon", { COMMS_PIGEON_KEY: required }) },
  { name: "raven", channel: "EMAIL", webhook: webhook("/webhooks/raven", { COMMS_RAVEN_KEY: optional }) },
  { name: "relay", channel: "EMAIL" },
];
const read = (values: Readonly<Record<string, string>>) => webhookSettingsOf(all).read(values);

function mounted(values: Readonly<Record<string, string>>): object {
  const result = read(values);
  if (result.kind === "issues") return result.issues;
  return Object.fromEntries(result.config.webhooks.map(({ provider, accounts: own }) => [provider, own]));
}

const sns = { COMMS_SNS_TOPIC_ARNS: "arn:1,arn:2" };
const token = { COMMS_TWILIO_AUTH_TOKEN: "t" };
const sesConfig = { config: { COMMS_SNS_TOPIC_ARNS: ["arn:1", "arn:2"] } };
const twilioConfig = { config: { COMMS_TWILIO_AUTH_TOKEN: "t" } };
const account = (id: string, provider: string, own: object) => ({ id, tenant: id, provider, settings: own });
const accounts = (...entries: readonly object[]) => ({ COMMS_ACCOUNTS: JSON.stringify(entries) });

describe("the webhooks that are mounted", () => {
  it("are those of each channel's first provider where nothing else is said", () => {
    expect(mounted({ ...sns, ...token })).toEqual({ ses: [sesConfig], twilio: [twilioConfig] });
  });

  it("are those of the chosen provider", () => {
    expect(mounted({ COMMS_EMAIL_PROVIDER: "pigeon", COMMS_PIGEON_KEY: "k", ...token })).toEqual({
      pigeon: [{ config: { COMMS_PIGEON_KEY: "k" } }],
      twilio: [twilioConfig],
    });
  });

  it("are none for a channel whose provider has no webhook", () => {
    expect(mounted({ COMMS_EMAIL_PROVIDER: "relay", ...token })).toEqual({ twilio: [twilioConfig] });
  });

  it("are none for a channel that is not used", () => {
    expect(mounted({ COMMS_EMAIL_PROVIDER: "relay", COMMS_SMS_PROVIDER: "none" })).toEqual({});
  });

  it("open no file that only the sender needs", () => {
    const own = { COMMS_TWILIO_AUTH_TOKEN: "a", COMMS_TWILIO_ACCOUNT_SID_FILE: "/no/such/file" };
    expect(mounted({ ...sns, ...token, ...accounts(account("acme", "twilio", own)) })).toHaveProperty("twilio");
  });

  it("include a provider that was switched off, as long as its required settings are there", () => {
    expect(mounted({ COMMS_EMAIL_PROVIDER: "relay", ...sns, ...token })).toEqual({
      ses: [sesConfig],
      twilio: [twilioConfig],
    });
  });

  it("do not include one that requires nothing, unless it is chosen", () => {
    expect(mounted({ COMMS_RAVEN_KEY: "k", ...sns, ...token })).not.toHaveProperty("raven");
    expect(mounted({ COMMS_EMAIL_PROVIDER: "raven", ...token })).toHaveProperty("raven", [{ config: {} }]);
  });

  it("include that of any account, with its own settings beside those of the default account", () => {
    const values = accounts(
      account("acme", "twilio", { COMMS_TWILIO_AUTH_TOKEN: "a", COMMS_TWILIO_ACCOUNT_SID: "AC9" }),
      account("bert", "twilio", { COMMS_TWILIO_AUTH_TOKEN: "b", COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: "b0" }),
    );
    expect(mounted({ ...sns, ...token, ...values })).toEqual({
      ses: [sesConfig],
      twilio: [
        twilioConfig,
        { tenant: "acme", config: { COMMS_TWILIO_AUTH_TOKEN: "a" } },
        { tenant: "bert", config: { COMMS_TWILIO_AUTH_TOKEN: "b", COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: "b0" } },
      ],
    });
  });
});

describe("settings of webhooks that are missing or wrong", () => {
  it("are reported for every chosen provider together", () => {
    expect(mounted({})).toEqual(["COMMS_SNS_TOPIC_ARNS: is not set", "COMMS_TWILIO_AUTH_TOKEN: is not set"]);
  });

  it("are reported with the account, which takes nothing from the default one", () => {
    expect(mounted({ ...sns, ...token, ...accounts(account("acme", "twilio", {})) })).toEqual([
      "COMMS_ACCOUNTS: acme: COMMS_TWILIO_AUTH_TOKEN: is not set",
    ]);
  });

  it.each([
    ["the default account's", [account("acme", "ses", { COMMS_SNS_TOPIC_ARNS: "arn:9,arn:2" })], "acme"],
    [
      "another tenant's",
      [
        account("acme", "ses", { COMMS_SNS_TOPIC_ARNS: "arn:9" }),
        account("bert", "ses", { COMMS_SNS_TOPIC_ARNS: "arn:9" }),
      ],
      "bert",
    ],
  ])("are told of an account with a topic of %s: its events would count as one tenant's", (_whose, entries, id) => {
    expect(mounted({ ...sns, ...token, ...accounts(...entries) })).toEqual([
      `COMMS_ACCOUNTS: ${id}: COMMS_SNS_TOPIC_ARNS: names what is another account's`,
    ]);
  });

  it("are told of topics that are none, and spaces between topics are not", () => {
    expect(mounted({ COMMS_SNS_TOPIC_ARNS: " , ", ...token })).toEqual(["COMMS_SNS_TOPIC_ARNS: names no topic"]);
    expect(mounted({ COMMS_SNS_TOPIC_ARNS: "arn:1, arn:2\n", ...token })).toMatchObject({ ses: [sesConfig] });
  });

  it("say nothing of a file that only the sender needs, which need not be there", () => {
    const own = { COMMS_SNS_TOPIC_ARNS: "arn:9", COMMS_SES_SECRET_ACCESS_KEY_FILE: "/nowhere/key" };
    expect(mounted({ ...sns, ...token, ...accounts(account("acme", "ses", own)) })).toMatchObject({
      ses: [sesConfig, { tenant: "acme", config: { COMMS_SNS_TOPIC_ARNS: ["arn:9"] } }],
    });
  });

  it("are told of a file that the gateway needs and cannot read", () => {
    const own = { COMMS_TWILIO_AUTH_TOKEN_FILE: "/nowhere/token" };
    expect(mounted({ ...sns, ...token, ...accounts(account("acme", "twilio", own)) })).toEqual([
      "COMMS_ACCOUNTS: acme: COMMS_TWILIO_AUTH_TOKEN_FILE: the file that it names cannot be read",
      "COMMS_ACCOUNTS: acme: COMMS_TWILIO_AUTH_TOKEN: is not set",
    ]);
  });

  it("do not hide those of another channel where a provider does not exist", () => {
    expect(mounted({ COMMS_EMAIL_PROVIDER: "canary" })).toEqual([
      "COMMS_EMAIL_PROVIDER: is none of ses, pigeon, raven, relay",
      "COMMS_TWILIO_AUTH_TOKEN: is not set",
    ]);
  });

  it("say nothing of a provider that is not needed and only half set", () => {
    expect(mounted({ COMMS_EMAIL_PROVIDER: "relay", COMMS_SNS_CERTIFICATE_ORIGIN: "no url", ...token })).toEqual({
      twilio: [twilioConfig],
    });
  });

  it("are reported for a provider that is set and not needed", () => {
    const values = { COMMS_EMAIL_PROVIDER: "relay", COMMS_SNS_CERTIFICATE_ORIGIN: "no url", ...sns, ...token };
    expect(mounted(values)).toEqual([expect.stringMatching(/^COMMS_SNS_CERTIFICATE_ORIGIN: /)]);
  });
});

describe("the descriptions", () => {
  const names = webhookSettingsOf(all).descriptions.map(({ name }) => name);

  it("have each name once: the accounts, a choice a channel, and those of every webhook", () => {
    expect(names.toSorted()).toEqual([
      "COMMS_ACCOUNTS",
      "COMMS_EMAIL_PROVIDER",
      "COMMS_PIGEON_KEY",
      "COMMS_RAVEN_KEY",
      "COMMS_SMS_PROVIDER",
      "COMMS_SNS_CERTIFICATE_ORIGIN",
      "COMMS_SNS_TOPIC_ARNS",
      "COMMS_TWILIO_AUTH_TOKEN",
      "COMMS_TWILIO_AUTH_TOKEN_PREVIOUS",
    ]);
  });

  it("mark what is secret", () => {
    const secret = webhookSettingsOf(all).descriptions.filter(({ isSecret }) => isSecret);
    expect(secret.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["COMMS_ACCOUNTS", "COMMS_TWILIO_AUTH_TOKEN", "COMMS_TWILIO_AUTH_TOKEN_PREVIOUS"]),
    );
  });
});
