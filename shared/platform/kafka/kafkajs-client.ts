import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Kafka, logLevel as LogLevel } from "kafkajs";
import { type Cluster, kafkajs } from "./kafkajs-internals.ts";

/** A log line of the Kafka client. It calls ordinary rebalances errors: raise no alarm for any of it. */
export interface ClientLog {
  readonly level: "error" | "warn" | "info";
  readonly namespace: string;
  readonly message: string;
  readonly error?: string;
}

/** Where a broker listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How to reach the brokers. Connects nowhere by itself. */
export interface ConnectionOptions {
  /** `host:port`, several with commas. */
  readonly bootstrap: string;
  readonly clientId: string;
  readonly tls?: boolean;
  readonly onClientLog?: (log: ClientLog) => void;
  /** Where to connect in place of an address that the brokers advertise, as through a tunnel. */
  readonly reroute?: (advertised: Address) => Address;
}

/**
 * One kafkajs client: every producer, consumer and admin has its own, because consumers of one group that share a
 * client share one map of committed offsets and clear each other's.
 */
export interface KafkajsClient {
  readonly kafka: Kafka;
  /** Ends every retry and every connection at once; for when `disconnect` hangs, and after it. */
  end(): void;
}

/** kafkajs retries for ever, at most a second apart; the deadline above it is the port's. */
const retriesMax = Number.MAX_SAFE_INTEGER;
const requestTimeoutMs = 3_000;
const connectionTimeoutMs = 1_000;

/**
 * A client with sockets of its own; it connects when it is first used. It retries for ever until `end`, so
 * the caller must set the deadline.
 */
export function createKafkajsClient(options: ConnectionOptions): KafkajsClient {
  const sockets = new Set<Socket>();
  let ended = false;

  function open({ host, port, onConnect }: Address & { readonly onConnect: () => void }): Socket {
    if (ended) throw new Error("The client was closed");
    const at = options.reroute?.({ host, port }) ?? { host, port };
    const socket = options.tls === true ? connectTls({ ...at, servername: host }, onConnect) : connect(at, onConnect);
    sockets.add(socket.setKeepAlive(true, 60_000).setNoDelay(true));
    socket.once("close", () => sockets.delete(socket));
    return socket;
  }

  const kafka = new kafkajs.Kafka({
    brokers: options.bootstrap.split(","),
    clientId: options.clientId,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    connectionTimeout: connectionTimeoutMs,
    retry: {
      // kafkajs compares this at each failure, so that it can be withdrawn: `end` must end what retries for ever.
      retries: { valueOf: () => (ended ? 0 : retriesMax) } as unknown as number,
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      restartOnFailure: async () => !ended,
    },
    socketFactory: open,
    logLevel: options.onClientLog === undefined ? levels.NOTHING : levels.INFO,
    logCreator: () => (entry) => {
      if (!ended) options.onClientLog?.(toClientLog(entry));
    },
  });

  return {
    kafka,
    end: () => {
      ended = true;
      for (const socket of sockets) socket.destroy(new Error("The client was closed"));
    },
  };
}

const levels: typeof LogLevel = kafkajs.logLevel;

function toClientLog(entry: import("kafkajs").LogEntry): ClientLog {
  const level = entry.level === levels.ERROR ? "error" : entry.level === levels.WARN ? "warn" : "info";
  const { message, error } = entry.log;
  return { level, namespace: entry.namespace, message, ...(error === undefined ? {} : { error: String(error) }) };
}

/**
 * The cluster object under a client: leaders, offsets and single fetches without a group. kafkajs hands it to
 * assigners only, which are made when a consumer is; this consumer never joins.
 */
export function openCluster(client: KafkajsClient): Cluster {
  let found: Cluster | undefined;
  client.kafka.consumer({
    groupId: "unused",
    allowAutoTopicCreation: false,
    partitionAssigners: [
      (parts) => {
        found = (parts as unknown as { cluster: Cluster }).cluster;
        return kafkajs.PartitionAssigners.roundRobin(parts);
      },
    ],
  });
  if (found === undefined) throw new Error("kafkajs made no assigner");
  return found;
}
