import { createPrivateKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { DkimKey } from "./dkim/sign.ts";
import type { SmtpServer } from "./transport.ts";

/** The checked settings. They hold secrets: do not log or print the whole object. */
export interface SmtpSettings {
  readonly server: SmtpServer;
  readonly dkim: readonly DkimKey[];
  readonly domains: { readonly transactional: string; readonly marketing: string };
}

/** The settings, or every issue with them: one sentence each, which begins with the name of the setting. */
export type SmtpSettingsResult =
  | { readonly kind: "settings"; readonly settings: SmtpSettings }
  | { readonly kind: "issues"; readonly issues: readonly string[] };

const domain = () =>
  z.string().regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9]$/, "is not a domain in small letters");
const selector = () => z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "may hold small letters, digits and - only");

/** Checks each setting by itself. `readSmtpSettings` adds the rules between settings. */
export const smtpSettingsSchema = z.object({
  COMMS_SMTP_HOST: z.string().regex(/^[\w.:-]+$/, "is not a host name"),
  COMMS_SMTP_PORT: z.coerce.number().int().min(1).max(65_535).default(587),
  COMMS_SMTP_SECURITY: z.enum(["none", "starttls", "tls"]).default("starttls"),
  COMMS_SMTP_USER: z.string().min(1).optional(),
  COMMS_SMTP_PASSWORD: z.string().min(1).optional(),
  /** Certificates in PEM, if the server's certificate is not from a public authority. */
  COMMS_SMTP_CA: z.string().startsWith("-----BEGIN CERTIFICATE-----", "is not a certificate in PEM").optional(),
  COMMS_SMTP_CLIENT_NAME: domain().optional(),
  COMMS_SMTP_CONNECTIONS: z.coerce.number().int().min(1).max(1_000).default(20),
  COMMS_DKIM_RSA_KEY: privateKey("rsa").optional(),
  COMMS_DKIM_RSA_SELECTOR: selector().optional(),
  COMMS_DKIM_ED25519_KEY: privateKey("ed25519").optional(),
  COMMS_DKIM_ED25519_SELECTOR: selector().optional(),
  COMMS_MAIL_DOMAIN: domain(),
  COMMS_MARKETING_DOMAIN: domain(),
});
type Fields = z.output<typeof smtpSettingsSchema>;

const pairs = [
  ["COMMS_SMTP_USER", "COMMS_SMTP_PASSWORD"],
  ["COMMS_DKIM_RSA_KEY", "COMMS_DKIM_RSA_SELECTOR"],
  ["COMMS_DKIM_ED25519_KEY", "COMMS_DKIM_ED25519_SELECTOR"],
] as const;

type SettingValues = Readonly<Record<string, string | undefined>>;

/** Reads the settings by name; an empty one is not set. No value is repeated in an issue, as it may be a secret. */
export function readSmtpSettings(values: SettingValues): SmtpSettingsResult {
  const raw = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
  const parsed = smtpSettingsSchema.safeParse(raw);
  const between = pairIssues(raw);
  if (parsed.success && between.length === 0) return { kind: "settings", settings: settingsOf(parsed.data) };
  return { kind: "issues", issues: [...(parsed.error?.issues.map(sentenceOf) ?? []), ...between] };
}

/** Checks the raw values and not the parsed ones, so that these rules hold even if another setting has an issue. */
function pairIssues(raw: SettingValues): readonly string[] {
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

function settingsOf(value: Fields): SmtpSettings {
  const { COMMS_SMTP_USER: user, COMMS_SMTP_PASSWORD: password } = value;
  return {
    server: {
      host: value.COMMS_SMTP_HOST,
      port: value.COMMS_SMTP_PORT,
      security: value.COMMS_SMTP_SECURITY,
      connections: value.COMMS_SMTP_CONNECTIONS,
      ...(user && password && { login: { user, password } }),
      ...(value.COMMS_SMTP_CA && { ca: value.COMMS_SMTP_CA }),
      ...(value.COMMS_SMTP_CLIENT_NAME && { clientName: value.COMMS_SMTP_CLIENT_NAME }),
    },
    dkim: [
      ...dkimKey(value.COMMS_DKIM_RSA_KEY, value.COMMS_DKIM_RSA_SELECTOR),
      ...dkimKey(value.COMMS_DKIM_ED25519_KEY, value.COMMS_DKIM_ED25519_SELECTOR),
    ],
    domains: { transactional: value.COMMS_MAIL_DOMAIN, marketing: value.COMMS_MARKETING_DOMAIN },
  };
}

function dkimKey(key: KeyObject | undefined, name: string | undefined): readonly DkimKey[] {
  return key && name ? [{ key, selector: name }] : [];
}

/** A private key in PEM. A line end may be written as `\n`. */
function privateKey(type: "rsa" | "ed25519") {
  return z.string().transform((pem, context): KeyObject => {
    const key = keyOf(pem.replaceAll("\\n", "\n"));
    const bits = key?.asymmetricKeyDetails?.modulusLength ?? 2_048;
    if (key?.asymmetricKeyType === type && bits >= 2_048) return key;
    const message = bits < 2_048 ? "is shorter than 2,048 bits" : `is not a private ${type} key in PEM`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function sentenceOf({ path, message }: z.core.$ZodIssue): string {
  return `${path.join(".")}: ${message.endsWith("received undefined") ? "is not set" : message}`;
}
