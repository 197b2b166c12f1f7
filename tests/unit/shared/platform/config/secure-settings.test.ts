import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { postgresSettings } from "#shared/platform/config/postgres-settings.ts";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import type { Settings, SettingValues } from "#shared/platform/config/setting.ts";

const folder = mkdtempSync(join(tmpdir(), "carillon-secure-"));
const file = join(folder, "a.pem");
writeFileSync(file, "x");
afterAll(() => rmSync(folder, { recursive: true }));

function issuesOf(settings: Settings<object>, values: SettingValues): readonly string[] {
  const result = settings.read(values);
  return result.kind === "issues" ? result.issues : [];
}

const kafka = (values: SettingValues) =>
  issuesOf(kafkaSettings, {
    COMMS_BOOTSTRAP_SERVERS: "kafka:9092",
    COMMS_SCHEMA_REGISTRY_URL: "https://registry",
    ...values,
  });
const sasl = { COMMS_KAFKA_SECURITY_PROTOCOL: "SASL_SSL", COMMS_KAFKA_USER: "comms-router" };

describe("what protects a connection to Kafka", () => {
  it.each<[string, SettingValues]>([
    ["nothing", {}],
    ["a password in a file", { ...sasl, COMMS_KAFKA_PASSWORD_FILE: file, COMMS_KAFKA_CA_FILE: file }],
    ["a password", { ...sasl, COMMS_KAFKA_PASSWORD: "p" }],
    [
      "a token",
      {
        COMMS_KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
        COMMS_KAFKA_SASL_MECHANISM: "OAUTHBEARER",
        COMMS_KAFKA_TOKEN_FILE: file,
      },
    ],
    [
      "a certificate",
      { COMMS_KAFKA_SECURITY_PROTOCOL: "SSL", COMMS_KAFKA_CERTIFICATE_FILE: file, COMMS_KAFKA_KEY_FILE: file },
    ],
    ["a login at the registry", { COMMS_SCHEMA_REGISTRY_USER: "u", COMMS_SCHEMA_REGISTRY_PASSWORD: "p" }],
  ])("%s holds together", (_, values) => expect(kafka(values)).toEqual([]));

  it.each<[string, SettingValues, string]>([
    ["SASL without a user", { COMMS_KAFKA_SECURITY_PROTOCOL: "SASL_SSL" }, "COMMS_KAFKA_USER: is not set, and SASL"],
    ["SASL without a password", sasl, "COMMS_KAFKA_PASSWORD: is not set, and SASL asks for it"],
    [
      "a password beside its file",
      { ...sasl, COMMS_KAFKA_PASSWORD: "p", COMMS_KAFKA_PASSWORD_FILE: file },
      "COMMS_KAFKA_PASSWORD_FILE: is set beside COMMS_KAFKA_PASSWORD",
    ],
    ["a password without SASL", { COMMS_KAFKA_PASSWORD: "p" }, "COMMS_KAFKA_PASSWORD: does nothing"],
    ["an authority without TLS", { COMMS_KAFKA_CA_FILE: file }, "COMMS_KAFKA_CA_FILE: does nothing"],
    [
      "a certificate without its key",
      { COMMS_KAFKA_SECURITY_PROTOCOL: "SSL", COMMS_KAFKA_CERTIFICATE_FILE: file },
      "COMMS_KAFKA_KEY_FILE: is not set, and its other half is",
    ],
    [
      "a file that is not there",
      { COMMS_KAFKA_SECURITY_PROTOCOL: "SSL", COMMS_KAFKA_CA_FILE: join(folder, "gone") },
      "COMMS_KAFKA_CA_FILE: names a file that cannot be read",
    ],
    ["a user of the registry alone", { COMMS_SCHEMA_REGISTRY_USER: "u" }, "COMMS_SCHEMA_REGISTRY_PASSWORD: is not set"],
  ])("%s is an issue", (_, values, issue) => expect(kafka(values).join("\n")).toContain(issue));
});

describe("where a token for Kafka comes from", () => {
  const oauth = { COMMS_KAFKA_SECURITY_PROTOCOL: "SASL_SSL", COMMS_KAFKA_SASL_MECHANISM: "OAUTHBEARER" };
  const client = {
    COMMS_KAFKA_TOKEN_URL: "https://tokens.example.com/token",
    COMMS_KAFKA_TOKEN_CLIENT_ID: "comms",
    COMMS_KAFKA_TOKEN_CLIENT_SECRET_FILE: file,
    COMMS_KAFKA_TOKEN_SCOPE: "kafka",
    COMMS_KAFKA_TOKEN_CA_FILE: file,
  };

  it("an endpoint holds together", () => expect(kafka({ ...oauth, ...client })).toEqual([]));

  it.each<[string, SettingValues, string]>([
    ["neither a token nor an endpoint", oauth, "COMMS_KAFKA_TOKEN_FILE: is not set, and SASL asks for it"],
    [
      "an endpoint beside a file",
      { ...oauth, ...client, COMMS_KAFKA_TOKEN_FILE: file },
      "COMMS_KAFKA_TOKEN_URL: is set beside COMMS_KAFKA_TOKEN_FILE",
    ],
    [
      "an endpoint without a client",
      { ...oauth, COMMS_KAFKA_TOKEN_URL: client.COMMS_KAFKA_TOKEN_URL },
      "COMMS_KAFKA_TOKEN_CLIENT_ID: is not set, and COMMS_KAFKA_TOKEN_URL is\nCOMMS_KAFKA_TOKEN_CLIENT_SECRET: is not",
    ],
    [
      "a secret that would go over in plain text",
      { ...oauth, ...client, COMMS_KAFKA_TOKEN_URL: "http://tokens.example.com" },
      "COMMS_KAFKA_TOKEN_URL: is no https URL",
    ],
    ["an endpoint for another mechanism", { ...sasl, ...client }, "COMMS_KAFKA_TOKEN_URL: does nothing, because"],
    [
      "a client without an endpoint",
      { ...oauth, COMMS_KAFKA_TOKEN_SCOPE: "a" },
      "COMMS_KAFKA_TOKEN_SCOPE: does nothing",
    ],
  ])("%s is an issue", (_, values, issue) => expect(kafka(values).join("\n")).toContain(issue));
});

describe("what protects the stores", () => {
  it.each<[string, SettingValues, string]>([
    [
      "an authority of Redis without TLS",
      { COMMS_REDIS_URL: "redis://r:1", COMMS_REDIS_CA_FILE: file },
      "COMMS_REDIS_CA_FILE: does nothing",
    ],
    [
      "two passwords of Redis",
      { COMMS_REDIS_URL: "rediss://u:p@r:1", COMMS_REDIS_PASSWORD_FILE: file },
      "COMMS_REDIS_PASSWORD_FILE: is set, and COMMS_REDIS_URL has a password",
    ],
  ])("%s is an issue", (_, values, issue) => expect(issuesOf(redisSettings, values).join("\n")).toContain(issue));

  it.each<[string, SettingValues, string]>([
    [
      "an sslmode that asks nobody who they are",
      { COMMS_POSTGRES_URL: "postgres://h/d?sslmode=require" },
      "verify-full",
    ],
    [
      "a file in the URL, which would be read once",
      { COMMS_POSTGRES_URL: "postgres://h/d?sslmode=verify-full&sslrootcert=/x" },
      "set COMMS_POSTGRES_CA_FILE",
    ],
    [
      "an authority of Postgres without TLS",
      { COMMS_POSTGRES_URL: "postgres://h/d", COMMS_POSTGRES_CA_FILE: file },
      "COMMS_POSTGRES_CA_FILE: does nothing",
    ],
    [
      "two passwords of Postgres",
      { COMMS_POSTGRES_URL: "postgres://u:p@h/d", COMMS_POSTGRES_PASSWORD_FILE: file },
      "keep one of them",
    ],
  ])("%s is an issue", (_, values, issue) => expect(issuesOf(postgresSettings, values).join("\n")).toContain(issue));

  it("verify-full with its files holds together, and so does plain text", () => {
    const url = "postgres://u@h/d?sslmode=verify-full";
    const files = { COMMS_POSTGRES_CA_FILE: file, COMMS_POSTGRES_PASSWORD_FILE: file };
    expect(issuesOf(postgresSettings, { COMMS_POSTGRES_URL: url, ...files })).toEqual([]);
    expect(issuesOf(postgresSettings, { COMMS_POSTGRES_URL: "postgres://u:p@h/d" })).toEqual([]);
  });
});
