/**
 * The broker's settings, one node that is broker and controller. The session timeout is for a stack of one: after a
 * kill -9 the node waits for its own old session to lapse, 15.5 s by default, 7.6 s with this.
 */
export function kafkaProperties(
  ports: { readonly kafka: number; readonly controller: number },
  logDir: string,
): string {
  const settings: Readonly<Record<string, string | number | boolean>> = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${ports.controller}`,
    "controller.listener.names": "CONTROLLER",
    listeners: `PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.controller}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": logDir,
    ...sharedBrokerSettings,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
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
