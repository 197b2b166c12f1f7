import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Addresses, StackFile } from "#shared/platform/config/addresses.ts";
import { checkoutRoot } from "#shared/platform/config/stack-config.ts";
import { sandboxAccounts } from "#simulator/options.ts";
import type { Layout } from "./layout.ts";

/** The whole content of `.carillon/stack.json`. */
export async function stackFileOf(layout: Layout, addresses: Addresses): Promise<StackFile> {
  const settings = localSettings(addresses, await fcmKey(layout));
  return { checkout: checkoutRoot, ...addresses, settings };
}

/** A value for every setting that needs one. The secrets here open nothing but the local stack and the providers' double. */
export function localSettings(addresses: Addresses, fcmPrivateKey: string): StackFile["settings"] {
  return {
    COMMS_BOOTSTRAP_SERVERS: addresses.kafka.bootstrap,
    COMMS_SCHEMA_REGISTRY_URL: addresses.registry.url,
    COMMS_POSTGRES_URL: addresses.postgres.url,
    COMMS_REDIS_URL: addresses.redis.url,
    COMMS_ARTIFACTS_URL: addresses.artifacts.url,
    COMMS_GATEWAY_PUBLIC_URL: addresses.gateway.url,
    COMMS_GATEWAY_PORT: new URL(addresses.gateway.url).port,
    COMMS_ADDRESS_PEPPER: "local-development-pepper",
    COMMS_ADDRESS_PEPPER_ID: "dev",
    COMMS_MASTER_KEY: "00".repeat(31) + "01",
    COMMS_UNSUBSCRIBE_SECRET: "local-development-secret",
    COMMS_API_KEY_PEPPER: "local-development-key-pepper",
    COMMS_MAIL_DOMAIN: "notify.carillon.test",
    COMMS_MARKETING_DOMAIN: "updates.carillon.test",
    ...accessSettings(addresses),
    ...emailSettings(addresses.simulator),
    ...pushAndSmsSettings(addresses.simulator.url, fcmPrivateKey),
  };
}

/** Of a secure stack: everything in this checkout is its administrator, by certificate, as nothing else is made yet. */
function accessSettings({ secure }: Addresses): StackFile["settings"] {
  if (secure === undefined) return {};
  return {
    COMMS_BOOTSTRAP_SERVERS: secure.kafkaTls,
    COMMS_KAFKA_SECURITY_PROTOCOL: "SSL",
    COMMS_KAFKA_CA_FILE: secure.ca,
    COMMS_KAFKA_CERTIFICATE_FILE: secure.adminCertificate,
    COMMS_KAFKA_KEY_FILE: secure.adminKey,
    COMMS_SCHEMA_REGISTRY_CA_FILE: secure.ca,
    COMMS_POSTGRES_CA_FILE: secure.ca,
    COMMS_REDIS_CA_FILE: secure.ca,
    COMMS_REDIS_PASSWORD_FILE: secure.redisPassword,
  };
}

/** SES, and SMTP for who chooses it. */
function emailSettings({ url, smtp }: Addresses["simulator"]): StackFile["settings"] {
  const { hostname, port } = new URL(smtp);
  return {
    COMMS_SES_ENDPOINT: `${url}/ses`,
    COMMS_SES_REGION: sandboxAccounts.ses.region,
    COMMS_SES_ACCESS_KEY_ID: "local",
    COMMS_SES_SECRET_ACCESS_KEY: "local",
    COMMS_SNS_TOPIC_ARNS: sandboxAccounts.ses.topicArn,
    COMMS_SNS_CERTIFICATE_ORIGIN: `${url}/sns`,
    COMMS_SMTP_HOST: hostname,
    COMMS_SMTP_PORT: port,
    COMMS_SMTP_SECURITY: "none",
    COMMS_SMTP_USER: sandboxAccounts.smtp.user,
    COMMS_SMTP_PASSWORD: sandboxAccounts.smtp.password,
  };
}

function pushAndSmsSettings(url: string, fcmPrivateKey: string): StackFile["settings"] {
  return {
    COMMS_FCM_URL: `${url}/fcm`,
    COMMS_FCM_PROJECT: sandboxAccounts.fcm.projectId,
    COMMS_FCM_TOKEN_URL: `${url}/fcm/token`,
    COMMS_FCM_CLIENT_EMAIL: "local@local.iam.gserviceaccount.com",
    COMMS_FCM_PRIVATE_KEY: fcmPrivateKey,
    COMMS_TWILIO_URL: `${url}/twilio`,
    COMMS_TWILIO_ACCOUNT_SID: sandboxAccounts.twilio.accountSid,
    COMMS_TWILIO_AUTH_TOKEN: sandboxAccounts.twilio.authToken,
    COMMS_TWILIO_FROM: "+15005550006",
  };
}

/** The stack's own key for FCM, made once. The double checks that a grant is signed, and not by whom. */
async function fcmKey({ home }: Layout): Promise<string> {
  const file = join(home, "fcm-key.pem");
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept !== undefined) return kept;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await writeFile(file, pem, { mode: 0o600 });
  return pem;
}
