import type { KeyObject } from "node:crypto";
import { z } from "zod";
import {
  type ConfigOf,
  combineSettings,
  type SettingValues,
  setting,
  settingGroup,
} from "#shared/platform/config/setting.ts";
import { callsPerSecond, domainName, privateKey } from "#shared/platform/config/setting-types.ts";
import { mailSettings } from "../../email/mail-settings.ts";
import type { DkimKey } from "./dkim/sign.ts";
import type { SmtpServer } from "./transport.ts";

/** A second's worth at once; a tenth of it waits for codes and receipts. */
export const smtpBudgetShares = { burstSeconds: 1, reserveShare: 0.1 };

const selector = () => z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "may hold small letters, digits and - only");

/** What an account with an SMTP server is configured by. */
export const smtpSettings = combineSettings(
  settingGroup(
    "SMTP",
    {
      COMMS_SMTP_HOST: setting(z.string().regex(/^[\w.:-]+$/, "is not a host name"), "The server's name or address."),
      COMMS_SMTP_PORT: setting(
        z.coerce.number().int().min(1).max(65_535).default(587),
        "The port of the server: 587 for submission with STARTTLS, 465 for TLS, 25 between servers.",
      ),
      COMMS_SMTP_SECURITY: setting(
        z.enum(["none", "starttls", "tls"]).default("starttls"),
        "`starttls`: upgraded, or nothing is sent. `tls`: from the first byte. `none`: plain, and a password only to a loopback address.",
      ),
      COMMS_SMTP_USER: setting(z.string().min(1).optional(), "The login; left out, there is none."),
      COMMS_SMTP_PASSWORD: setting(z.string().min(1).optional(), "The login's password.", { secret: true }),
      COMMS_SMTP_CA: setting(
        z.string().startsWith("-----BEGIN CERTIFICATE-----", "is not a certificate in PEM").optional(),
        "Certificates in PEM to trust in place of Node's own.",
      ),
      COMMS_SMTP_CLIENT_NAME: setting(domainName().optional(), "The name in EHLO, if it is not the machine's."),
      COMMS_SMTP_CONNECTIONS: setting(
        z.coerce.number().int().min(1).max(1_000).default(20),
        "Connections a process; a call that waits for one uses up its deadline.",
      ),
      COMMS_SMTP_RATE: setting(
        callsPerSecond(100),
        "Mails a second that the server lets through: by default what 20 connections carry at 200 ms a mail.",
      ),
      COMMS_DKIM_RSA_KEY: setting(
        privateKey("rsa").optional(),
        "A private key in PEM, 2,048 bits or more, that signs every mail. Without a key the relay must sign.",
        { secret: true },
      ),
      COMMS_DKIM_RSA_SELECTOR: setting(selector().optional(), "The selector of that key in DNS."),
      COMMS_DKIM_ED25519_KEY: setting(
        privateKey("ed25519").optional(),
        "The same for RFC 8463, beside the other or instead.",
        { secret: true },
      ),
      COMMS_DKIM_ED25519_SELECTOR: setting(selector().optional(), "The selector of that key, another than RSA's."),
    },
    rules,
  ),
  mailSettings,
);

/** The configuration of an account with an SMTP server. It holds secrets. */
export type SmtpConfig = ConfigOf<typeof smtpSettings>;

/** The server of an account. */
export function smtpServerOf(config: SmtpConfig): SmtpServer {
  const { COMMS_SMTP_USER: user, COMMS_SMTP_PASSWORD: password } = config;
  return {
    host: config.COMMS_SMTP_HOST,
    port: config.COMMS_SMTP_PORT,
    security: config.COMMS_SMTP_SECURITY,
    connections: config.COMMS_SMTP_CONNECTIONS,
    ...(user && password && { login: { user, password } }),
    ...(config.COMMS_SMTP_CA && { ca: config.COMMS_SMTP_CA }),
    ...(config.COMMS_SMTP_CLIENT_NAME && { clientName: config.COMMS_SMTP_CLIENT_NAME }),
  };
}

/** The keys that sign an account's mail. */
export function dkimKeysOf(config: SmtpConfig): readonly DkimKey[] {
  return [
    ...dkimKey(config.COMMS_DKIM_RSA_KEY, config.COMMS_DKIM_RSA_SELECTOR),
    ...dkimKey(config.COMMS_DKIM_ED25519_KEY, config.COMMS_DKIM_ED25519_SELECTOR),
  ];
}

function dkimKey(key: KeyObject | undefined, name: string | undefined): readonly DkimKey[] {
  return key && name ? [{ key, selector: name }] : [];
}

const pairs = [
  ["COMMS_SMTP_USER", "COMMS_SMTP_PASSWORD"],
  ["COMMS_DKIM_RSA_KEY", "COMMS_DKIM_RSA_SELECTOR"],
  ["COMMS_DKIM_ED25519_KEY", "COMMS_DKIM_ED25519_SELECTOR"],
] as const;

function rules(raw: SettingValues): readonly string[] {
  const halves = pairs.flatMap(([one, other]) => {
    if ((raw[one] === undefined) === (raw[other] === undefined)) return [];
    return raw[one] === undefined ? [`${one}: is not set, and ${other} is`] : [`${other}: is not set, and ${one} is`];
  });
  const isPlain = raw["COMMS_SMTP_SECURITY"] === "none" && !isLoopback(raw["COMMS_SMTP_HOST"] ?? "");
  const rsaSelector = raw["COMMS_DKIM_RSA_SELECTOR"];
  return [
    ...halves,
    ...(isPlain && raw["COMMS_SMTP_PASSWORD"]
      ? ["COMMS_SMTP_SECURITY: is none, and a password goes over TLS only"]
      : []),
    ...(rsaSelector !== undefined && rsaSelector === raw["COMMS_DKIM_ED25519_SELECTOR"]
      ? ["COMMS_DKIM_ED25519_SELECTOR: is the selector of the RSA key too"]
      : []),
  ];
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
