import { z } from "zod";
import { proxySettings } from "./proxy-settings.ts";
import { registrySettings } from "./registry-settings.ts";
import { type ConfigOf, combineSettings, type SettingValues, setting, settingGroup } from "./setting.ts";
import { allRules, bothOrNone, oneOfBoth, unusedUnless } from "./setting-rules.ts";
import { readableFile } from "./setting-types.ts";

/** What counts with a token endpoint alone. */
const clientNames = [
  "COMMS_KAFKA_TOKEN_CLIENT_ID",
  "COMMS_KAFKA_TOKEN_CLIENT_SECRET",
  "COMMS_KAFKA_TOKEN_CLIENT_SECRET_FILE",
  "COMMS_KAFKA_TOKEN_SCOPE",
  "COMMS_KAFKA_TOKEN_CA_FILE",
];

const saslMechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] as const;

/** How topics and groups are called. */
export const topicPrefixSettings = settingGroup("Kafka", {
  COMMS_TOPIC_PREFIX: setting(
    z
      .string()
      .regex(/^([a-z0-9]+\.)*$/, "ends in a dot, and holds small letters and digits")
      .default(""),
    "Put before the name of every topic and group: `staging.`. It ends in a dot.",
  ),
});

/** The brokers, and how this client and they know each other. */
const connectionSettings = settingGroup(
  "Kafka",
  {
    COMMS_BOOTSTRAP_SERVERS: setting(brokerList(), "The brokers to begin with: `host:port,host:port`."),
    COMMS_KAFKA_SECURITY_PROTOCOL: setting(
      z.enum(["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]).default("PLAINTEXT"),
      "Kafka's own name for it: `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`. [secure](secure.md) says which.",
    ),
    COMMS_KAFKA_CA_FILE: setting(
      readableFile().optional(),
      "PEM: the authorities whose brokers are trusted. Read again at each connection. Left out: those that Node trusts.",
    ),
    COMMS_KAFKA_CERTIFICATE_FILE: setting(
      readableFile().optional(),
      "PEM: this client's certificate, for mTLS. Read again at each connection.",
    ),
    COMMS_KAFKA_KEY_FILE: setting(readableFile().optional(), "PEM: the certificate's key, without a passphrase."),
    COMMS_KAFKA_SASL_MECHANISM: setting(
      z.enum(saslMechanisms).default("SCRAM-SHA-512"),
      "`PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512` or `OAUTHBEARER`. Counts with a `SASL_…` protocol alone.",
    ),
    COMMS_KAFKA_USER: setting(z.string().optional(), "The principal of this process, for `PLAIN` and `SCRAM`."),
    COMMS_KAFKA_PASSWORD: setting(
      z.string().optional(),
      "Its password. One in a file is read again at each authentication: set `COMMS_KAFKA_PASSWORD_FILE` in its place.",
      { secret: true },
    ),
    COMMS_KAFKA_PASSWORD_FILE: setting(
      readableFile().optional(),
      "The file with the password. Replace it, and the next authentication takes the new one.",
    ),
    COMMS_KAFKA_TOKEN_FILE: setting(
      readableFile().optional(),
      "The file with the token, for `OAUTHBEARER`: something beside this process renews it, and each authentication reads it.",
    ),
    COMMS_KAFKA_TOKEN_URL: setting(
      z.url({ protocol: /^https$/, error: "is no https URL" }).optional(),
      "Where tokens are granted for `OAUTHBEARER`, in place of `COMMS_KAFKA_TOKEN_FILE`: the grant of client credentials (RFC 6749).",
    ),
    COMMS_KAFKA_TOKEN_CLIENT_ID: setting(z.string().optional(), "Who asks there."),
    COMMS_KAFKA_TOKEN_CLIENT_SECRET: setting(
      z.string().optional(),
      "The client's secret. One in a file is read again at each request: set `COMMS_KAFKA_TOKEN_CLIENT_SECRET_FILE` in its place.",
      { secret: true },
    ),
    COMMS_KAFKA_TOKEN_CLIENT_SECRET_FILE: setting(readableFile().optional(), "The file with the client's secret."),
    COMMS_KAFKA_TOKEN_SCOPE: setting(z.string().optional(), "The scope that is asked for, if the endpoint wants one."),
    COMMS_KAFKA_TOKEN_CA_FILE: setting(
      readableFile().optional(),
      "PEM: the authorities whose token endpoint is trusted. Read again at each connection. Left out: those that Node trusts.",
    ),
  },
  allRules(
    saslIssues,
    tokenIssues,
    oneOfBoth("COMMS_KAFKA_PASSWORD"),
    oneOfBoth("COMMS_KAFKA_TOKEN_CLIENT_SECRET"),
    bothOrNone("COMMS_KAFKA_CERTIFICATE_FILE", "COMMS_KAFKA_KEY_FILE"),
    unusedUnless(["COMMS_KAFKA_CA_FILE", "COMMS_KAFKA_CERTIFICATE_FILE", "COMMS_KAFKA_KEY_FILE"], {
      isUsed: usesTls,
      because: "COMMS_KAFKA_SECURITY_PROTOCOL has no TLS",
    }),
    unusedUnless(["COMMS_KAFKA_USER", "COMMS_KAFKA_PASSWORD", "COMMS_KAFKA_PASSWORD_FILE", "COMMS_KAFKA_TOKEN_FILE"], {
      isUsed: usesSasl,
      because: "COMMS_KAFKA_SECURITY_PROTOCOL has no SASL",
    }),
    unusedUnless(["COMMS_KAFKA_TOKEN_URL"], {
      isUsed: usesTokens,
      because: "COMMS_KAFKA_SASL_MECHANISM is not OAUTHBEARER, or COMMS_KAFKA_SECURITY_PROTOCOL has no SASL",
    }),
    unusedUnless(clientNames, {
      isUsed: ({ COMMS_KAFKA_TOKEN_URL: url }) => url !== undefined,
      because: "COMMS_KAFKA_TOKEN_URL is not set",
    }),
  ),
);

/** The brokers alone; the proxy is for a token endpoint. */
export const brokerSettings = combineSettings(connectionSettings, topicPrefixSettings, proxySettings);

/** The brokers and the schema registry. */
export const kafkaSettings = combineSettings(brokerSettings, registrySettings);

/** Without a port a client waits for a broker that is not there. */
function brokerList() {
  return z.string().regex(/^[^\s,]+:\d{1,5}(,\s*[^\s,]+:\d{1,5})*$/, "is not written as host:port,host:port");
}

function usesTls({ COMMS_KAFKA_SECURITY_PROTOCOL: protocol = "" }: SettingValues): boolean {
  return protocol.endsWith("SSL");
}

function usesSasl({ COMMS_KAFKA_SECURITY_PROTOCOL: protocol = "" }: SettingValues): boolean {
  return protocol.startsWith("SASL");
}

/** What a mechanism needs. */
function saslIssues(values: SettingValues): readonly string[] {
  if (!usesSasl(values)) return [];
  const needs = (name: string) => (values[name] === undefined ? [`${name}: is not set, and SASL asks for it`] : []);
  if (usesTokens(values)) return values["COMMS_KAFKA_TOKEN_URL"] === undefined ? needs("COMMS_KAFKA_TOKEN_FILE") : [];
  const hasPassword = values["COMMS_KAFKA_PASSWORD_FILE"] !== undefined;
  return [...needs("COMMS_KAFKA_USER"), ...(hasPassword ? [] : needs("COMMS_KAFKA_PASSWORD"))];
}

function usesTokens(values: SettingValues): boolean {
  return usesSasl(values) && values["COMMS_KAFKA_SASL_MECHANISM"] === "OAUTHBEARER";
}

/** A token comes from a file or from an endpoint; who asks there has a name and a secret. */
function tokenIssues(values: SettingValues): readonly string[] {
  if (values["COMMS_KAFKA_TOKEN_URL"] === undefined) return [];
  const isSet = (...names: readonly string[]) => names.some((name) => values[name] !== undefined);
  const [id, secret] = ["COMMS_KAFKA_TOKEN_CLIENT_ID", "COMMS_KAFKA_TOKEN_CLIENT_SECRET"];
  const missing = (name: string) => `${name}: is not set, and COMMS_KAFKA_TOKEN_URL is`;
  return [
    ...(isSet("COMMS_KAFKA_TOKEN_FILE")
      ? ["COMMS_KAFKA_TOKEN_URL: is set beside COMMS_KAFKA_TOKEN_FILE; keep one of them"]
      : []),
    ...(isSet(id) ? [] : [missing(id)]),
    ...(isSet(secret, `${secret}_FILE`) ? [] : [missing(secret)]),
  ];
}

/** Brokers and topic prefix. */
export type BrokerConfig = ConfigOf<typeof brokerSettings>;

/** Brokers, topic prefix, registry. */
export type KafkaConfig = ConfigOf<typeof kafkaSettings>;
