import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
  adminPrincipal,
  brokerPrincipal,
  plainPrincipal,
  type SecureFiles,
  tokenAudience,
} from "../secure/secure-files.ts";

/** The ports of a broker; `kafkaTls` is the listener for mTLS of a secure one. */
export interface KafkaPorts {
  readonly kafka: number;
  readonly controller: number;
  readonly kafkaTls: number;
}

/**
 * The broker's settings, one node that is broker and controller. The session timeout is for a stack of one: after a
 * kill -9 the node waits for its own old session to lapse, 15.5 s by default, 7.6 s with this.
 */
export function kafkaProperties(ports: KafkaPorts, logDir: string, secure?: SecureFiles): string {
  const settings: Readonly<Record<string, string | number | boolean>> = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${ports.controller}`,
    "controller.listener.names": "CONTROLLER",
    "log.dirs": logDir,
    ...(secure === undefined ? plainListeners(ports) : secureListeners(ports, secure)),
    ...sharedBrokerSettings,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

type Properties = Readonly<Record<string, string | number | boolean>>;

function plainListeners(ports: KafkaPorts): Properties {
  return {
    listeners: `PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.controller}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
  };
}

/**
 * SASL_SSL for clients, SSL with certificates for the administrator, and for the broker to itself. Nobody may do anything
 * that no ACL allows. A session ends after half a minute unless its client authenticates again.
 */
function secureListeners(ports: KafkaPorts, { ca, kafkaStore, jwks, passwords }: SecureFiles): Properties {
  const sasl = "listener.name.sasl_ssl";
  const login = "org.apache.kafka.common.security";
  const plain = readFileSync(passwords["kafka-plain"], "utf8");
  return {
    listeners: [
      `SASL_SSL://127.0.0.1:${ports.kafka}`,
      `SSL://127.0.0.1:${ports.kafkaTls}`,
      `CONTROLLER://127.0.0.1:${ports.controller}`,
    ].join(","),
    "listener.security.protocol.map": "SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:SSL",
    "inter.broker.listener.name": "SSL",
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": kafkaStore,
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": ca,
    "listener.name.ssl.ssl.client.auth": "required",
    "listener.name.controller.ssl.client.auth": "required",
    // A principal is called the same by password and by certificate.
    "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN,OAUTHBEARER",
    [`${sasl}.scram-sha-512.sasl.jaas.config`]: `${login}.scram.ScramLoginModule required;`,
    [`${sasl}.plain.sasl.jaas.config`]: `${login}.plain.PlainLoginModule required user_${plainPrincipal}="${plain}";`,
    [`${sasl}.oauthbearer.sasl.jaas.config`]: `${login}.oauthbearer.OAuthBearerLoginModule required;`,
    [`${sasl}.oauthbearer.sasl.server.callback.handler.class`]: `${login}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
    [`${sasl}.oauthbearer.sasl.oauthbearer.jwks.endpoint.url`]: pathToFileURL(jwks).href,
    [`${sasl}.oauthbearer.sasl.oauthbearer.expected.audience`]: tokenAudience,
    "connections.max.reauth.ms": 30_000,
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": `User:${adminPrincipal};User:${brokerPrincipal}`,
  };
}

/** What the native broker and the one in Docker have in common; a test holds `docker-compose.yml` to it. */
export const sharedBrokerSettings = {
  "auto.create.topics.enable": false,
  "broker.session.timeout.ms": 2_000,
  "broker.heartbeat.interval.ms": 500,
  "offsets.topic.replication.factor": 1,
  "offsets.topic.num.partitions": 12,
  "transaction.state.log.replication.factor": 1,
  "transaction.state.log.min.isr": 1,
  "share.coordinator.state.topic.replication.factor": 1,
  "share.coordinator.state.topic.min.isr": 1,
  "group.initial.rebalance.delay.ms": 0,
  "group.min.session.timeout.ms": 1_000,
  // A dead letter carries its original bytes, also those of a record far beyond the usual limit.
  "message.max.bytes": 16_777_216,
  "num.network.threads": 2,
  "num.io.threads": 4,
  "log.cleaner.threads": 1,
} as const;
