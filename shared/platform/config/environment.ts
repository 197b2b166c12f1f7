import { generateKeyPairSync } from "node:crypto";
import { z } from "zod";
import type { Addresses } from "./addresses.ts";
import { type ResolvedValues, resolveFiles } from "./file-values.ts";
import { keyedSecrets, secretId } from "./keyed-secrets.ts";
import type { Settings } from "./setting.ts";
import { readAddresses } from "./stack-file.ts";

const hexKey = /^[0-9a-f]{64}$/;

/**
 * Everything that the environment configures in a process of Carillon. Only this file reads it. Each name has a twin
 * `<NAME>_FILE` that names a file with the value, for secrets.
 */
const schema = z.object({
  COMMS_BOOTSTRAP_SERVERS: z.string().min(1),
  /** Of the topics that `comms prepare` makes; -1 leaves it to the broker's `default.replication.factor`. */
  COMMS_REPLICATION_FACTOR: z.coerce
    .number()
    .int()
    .min(-1)
    .max(32_767)
    .refine((n) => n !== 0)
    .default(-1),
  COMMS_SCHEMA_REGISTRY_URL: z.url(),
  COMMS_POSTGRES_URL: z.string().startsWith("postgres"),
  COMMS_REDIS_URL: z.string().startsWith("redis"),
  COMMS_ARTIFACTS_URL: z.url(),
  COMMS_TOPIC_PREFIX: z
    .string()
    .regex(/^([a-z0-9]+\.)*$/, "ends in a dot, and holds small letters and digits")
    .default(""),
  COMMS_REDIS_PREFIX: z.string().default("comms:"),
  COMMS_HTTP_HOST: z.string().default("127.0.0.1"),
  COMMS_HTTP_PORT: port().default(0),
  COMMS_GATEWAY_HOST: z.string().default("127.0.0.1"),
  COMMS_GATEWAY_PORT: port().default(0),
  COMMS_GATEWAY_PUBLIC_URL: z.url(),
  COMMS_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  COMMS_LOG_FILE: z.string().optional(),
  COMMS_OTLP_URL: z.url().optional(),
  /** For trying out: closes every digest window this many seconds after it opened, and not at its cadence's hour. */
  COMMS_DIGEST_WINDOW_SECONDS: z.coerce.number().positive().optional(),
  COMMS_SHUTDOWN_SECONDS: z.coerce.number().positive().max(600).default(20),
  COMMS_ADDRESS_PEPPER: z.string().min(16, "needs 16 characters or more"),
  COMMS_ADDRESS_PEPPER_ID: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default("dev"),
  /** `id=secret,id=secret`, like all that end in PREVIOUS. To rotate, put the old one here and the new one in its place. */
  COMMS_ADDRESS_PEPPERS_PREVIOUS: keyedSecrets({ form: /^.{16,}$/, needs: "needs 16 characters or more" }),
  COMMS_MASTER_KEY: z.string().regex(hexKey, "needs 64 hex digits"),
  COMMS_MASTER_KEY_ID: secretId("main"),
  COMMS_MASTER_KEYS_PREVIOUS: keyedSecrets({ form: hexKey, needs: "needs 64 hex digits" }),
  COMMS_UNSUBSCRIBE_SECRET: z.string().min(16, "needs 16 characters or more"),
  COMMS_UNSUBSCRIBE_SECRET_ID: secretId("main"),
  COMMS_UNSUBSCRIBE_SECRETS_PREVIOUS: keyedSecrets({ form: /^.{16,}$/, needs: "needs 16 characters or more" }),
  COMMS_TWILIO_AUTH_TOKEN: z.string().min(1),
  /** Callbacks signed with it are accepted too, while Twilio changes over. */
  COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: z.string().min(1).optional(),
  COMMS_SNS_TOPIC_ARNS: z.string().transform((text) => text.split(",").filter(Boolean)),
  COMMS_SNS_CERTIFICATE_ORIGIN: z.url().optional(),
});

/**
 * The environment after validation, with the defaults filled in. It holds secrets: do not log or print it as a whole.
 */
export type Config = z.output<typeof schema>;

/** Each secret that rotates: the id of the current one, and the previous ones. */
const rotations = [
  ["COMMS_ADDRESS_PEPPER_ID", "COMMS_ADDRESS_PEPPERS_PREVIOUS"],
  ["COMMS_MASTER_KEY_ID", "COMMS_MASTER_KEYS_PREVIOUS"],
  ["COMMS_UNSUBSCRIBE_SECRET_ID", "COMMS_UNSUBSCRIBE_SECRETS_PREVIOUS"],
] as const;

/** If the current id is also among the previous ones, it is unclear which secret is meant. */
const checked = schema.superRefine((config, context) => {
  for (const [id, previous] of rotations) {
    if (!Object.hasOwn(config[previous], config[id])) continue;
    context.addIssue({ code: "custom", path: [previous], message: `has the id of the current one, which ${id} names` });
  }
});

/** The configuration is invalid; `message` has every issue, a line each. */
export class ConfigError extends Error {
  readonly code = "CONFIG_INVALID";
  readonly retryable = false;
  readonly isLoggable = true;
}

/**
 * Reads the environment, with the stack's address file of this checkout for what is not set there. All issues are
 * reported together, before anything connects. An issue repeats no value, because it may be a secret.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, root = process.cwd()): Config {
  const { values, issues } = withFiles(env);
  const parsed = checked.safeParse({ ...localDefaults(readAddresses(root)), ...values });
  if (parsed.success && issues.length === 0) return parsed.data;
  throw configError([...issues, ...(parsed.error?.issues.map(describeIssue) ?? [])]);
}

/** Reads one part of the configuration, from where `readConfig` reads. */
export function readSettings<Part>(
  part: Settings<Part>,
  env: NodeJS.ProcessEnv = process.env,
  root = process.cwd(),
): Part {
  const { values, issues } = withFiles(env);
  const read = part.read({ ...localDefaults(readAddresses(root)), ...values });
  if (read.kind === "config" && issues.length === 0) return read.config;
  throw configError([...issues, ...(read.kind === "issues" ? read.issues : [])]);
}

function configError(issues: readonly string[]): ConfigError {
  return new ConfigError(
    ["The configuration does not hold together:", ...issues].join("\n  ") +
      "\nSet these variables, or start the local stack with 'make up', which answers for all of them.",
  );
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  const description = message.endsWith("received undefined") ? "is not set" : message;
  return `${path.join(".")}: ${description}`;
}

/** A copy of this process's environment with these values over it: for a child process, or for `readConfig`. */
export function environmentWith(over: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...over };
}

function withFiles(env: NodeJS.ProcessEnv): ResolvedValues {
  const ours = Object.entries(env).filter(([name]) => name.startsWith("COMMS_"));
  return resolveFiles(Object.fromEntries(ours), { settings: new Set(Object.keys(schema.shape)) });
}

/** The addresses of the local stack and the simulator. The secrets here open nothing but the simulator. */
function localDefaults(addresses: Addresses | undefined): Record<string, string> {
  if (!addresses) return {};
  const simulator = addresses.simulator.url;
  return {
    COMMS_BOOTSTRAP_SERVERS: addresses.kafka.bootstrap,
    COMMS_SCHEMA_REGISTRY_URL: addresses.registry.url,
    COMMS_POSTGRES_URL: addresses.postgres.url,
    COMMS_REDIS_URL: addresses.redis.url,
    COMMS_ARTIFACTS_URL: addresses.artifacts.url,
    COMMS_GATEWAY_PUBLIC_URL: addresses.gateway.url,
    COMMS_GATEWAY_PORT: new URL(addresses.gateway.url).port,
    COMMS_ADDRESS_PEPPER: "local-development-pepper",
    COMMS_MASTER_KEY: "00".repeat(31) + "01",
    COMMS_UNSUBSCRIBE_SECRET: "local-development-secret",
    COMMS_SES_ENDPOINT: `${simulator}/ses`,
    COMMS_SES_ACCESS_KEY_ID: "local",
    COMMS_SES_SECRET_ACCESS_KEY: "local",
    COMMS_MAIL_DOMAIN: "notify.rastup.com",
    COMMS_MARKETING_DOMAIN: "updates.rastup.com",
    COMMS_FCM_URL: `${simulator}/fcm`,
    COMMS_FCM_PROJECT: "carillon-simulator",
    COMMS_FCM_TOKEN_URL: `${simulator}/fcm/token`,
    COMMS_FCM_CLIENT_EMAIL: "local@local.iam.gserviceaccount.com",
    COMMS_FCM_PRIVATE_KEY: simulatorKey(),
    COMMS_TWILIO_URL: `${simulator}/twilio`,
    COMMS_TWILIO_ACCOUNT_SID: `AC${"0".repeat(31)}1`,
    COMMS_TWILIO_AUTH_TOKEN: "simulator-auth-token",
    COMMS_TWILIO_FROM: "+15005550006",
    COMMS_SNS_TOPIC_ARNS: "arn:aws:sns:us-east-1:123456789012:comms-ses-events",
    COMMS_SNS_CERTIFICATE_ORIGIN: `${simulator}/sns`,
  };
}

let generatedKey: string | undefined;

/** A key for the simulator, which checks that a grant is signed and not by whom. */
function simulatorKey(): string {
  generatedKey ??= generateKeyPairSync("rsa", { modulusLength: 2_048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
  return generatedKey;
}

function port() {
  return z.coerce.number().int().min(0).max(65_535);
}
