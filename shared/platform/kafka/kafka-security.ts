import type { BrokerConfig } from "../config/kafka-settings.ts";
import { type ClientCredentials, createTokenSource } from "../http/client-credentials.ts";
import { createOutbound } from "../http/outbound.ts";
import { createSecretSource } from "../tls/secret-source.ts";
import { createTlsSource, type TlsSource } from "../tls/tls-source.ts";
import type { ConnectionOptions } from "./kafkajs-client.ts";
import type { KafkaSecurity, SaslSource } from "./security-source.ts";

/** How to reach the brokers that the settings name. */
export function kafkaConnection(
  config: BrokerConfig,
  clientId: string,
): Pick<ConnectionOptions, "bootstrap" | "clientId" | "security"> {
  return { bootstrap: config.COMMS_BOOTSTRAP_SERVERS, clientId, security: securityOf(config) };
}

function securityOf(config: BrokerConfig): KafkaSecurity {
  const protocol = config.COMMS_KAFKA_SECURITY_PROTOCOL;
  return {
    tls: protocol.endsWith("SSL") ? tlsOf(config) : undefined,
    sasl: protocol.startsWith("SASL") ? saslOf(config) : undefined,
  };
}

function tlsOf(config: BrokerConfig): TlsSource {
  const file = (setting: "COMMS_KAFKA_CA_FILE" | "COMMS_KAFKA_CERTIFICATE_FILE" | "COMMS_KAFKA_KEY_FILE") => {
    const path = config[setting];
    return path === undefined ? undefined : { setting, path };
  };
  return createTlsSource({
    ca: file("COMMS_KAFKA_CA_FILE"),
    certificate: file("COMMS_KAFKA_CERTIFICATE_FILE"),
    key: file("COMMS_KAFKA_KEY_FILE"),
  });
}

function clientOf(config: BrokerConfig, url: string): ClientCredentials {
  const caSetting = "COMMS_KAFKA_TOKEN_CA_FILE";
  const path = config[caSetting];
  const secret = createSecretSource({
    setting: "COMMS_KAFKA_TOKEN_CLIENT_SECRET_FILE",
    value: config.COMMS_KAFKA_TOKEN_CLIENT_SECRET,
    file: config.COMMS_KAFKA_TOKEN_CLIENT_SECRET_FILE,
  });
  return {
    url,
    clientId: config.COMMS_KAFKA_TOKEN_CLIENT_ID ?? "",
    secret: secret ?? (() => ""),
    scope: config.COMMS_KAFKA_TOKEN_SCOPE,
    tls: createTlsSource({ ca: path === undefined ? undefined : { setting: caSetting, path } }),
    outbound: createOutbound(config),
    peer: {
      code: "KAFKA_TOKEN",
      name: "the token endpoint of Kafka",
      caSetting,
      settings: "COMMS_KAFKA_TOKEN_URL, COMMS_KAFKA_TOKEN_CLIENT_ID, its secret and COMMS_KAFKA_TOKEN_SCOPE",
    },
  };
}

/** The settings are checked before: what is missing here was asked for there. */
function saslOf(config: BrokerConfig): SaslSource {
  const mechanism = config.COMMS_KAFKA_SASL_MECHANISM;
  if (mechanism === "OAUTHBEARER" && config.COMMS_KAFKA_TOKEN_URL !== undefined) {
    const tokens = createTokenSource(clientOf(config, config.COMMS_KAFKA_TOKEN_URL));
    return { mechanism, token: tokens.get, refused: tokens.forget };
  }
  if (mechanism === "OAUTHBEARER") {
    const token = createSecretSource({ setting: "COMMS_KAFKA_TOKEN_FILE", file: config.COMMS_KAFKA_TOKEN_FILE });
    return { mechanism, token: token ?? (() => "") };
  }
  const password = createSecretSource({
    setting: "COMMS_KAFKA_PASSWORD_FILE",
    value: config.COMMS_KAFKA_PASSWORD,
    file: config.COMMS_KAFKA_PASSWORD_FILE,
  });
  return { mechanism, user: config.COMMS_KAFKA_USER ?? "", password: password ?? (() => "") };
}
