import type { Socket } from "node:net";
import type { Kafka, logLevel as LogLevel } from "kafkajs";
import { AppError } from "../errors/app-error.ts";
import { isRefusal, unavailable } from "./failure.ts";
import { type Cluster, kafkajs } from "./kafkajs-internals.ts";
import { saslOptions } from "./kafkajs-sasl.ts";
import { type Address, openSocket } from "./kafkajs-socket.ts";
import type { KafkaSecurity } from "./security-source.ts";

/** A log line of the Kafka client. It calls ordinary rebalances errors: raise no alarm for any of it. */
export interface ClientLog {
  readonly level: "error" | "warn" | "info";
  readonly namespace: string;
  readonly message: string;
  readonly error?: string;
}

/** How to reach the brokers. Connects nowhere by itself. */
export interface ConnectionOptions {
  /** `host:port`, several with commas. */
  readonly bootstrap: string;
  readonly clientId: string;
  /** Left out: plain text, and no name. */
  readonly security?: KafkaSecurity;
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
  /**
   * The work's result; rejects before it with the first error that says that the brokers do not take this client in: its
   * certificate, theirs, or its password. kafkajs itself goes on trying. Once a client has been taken in, only the work counts.
   */
  unlessRefused<T>(work: Promise<T>): Promise<T>;
  /** Why the last connection failed, for what ends at its deadline; undefined where the last one did not. */
  failure(): AppError | undefined;
  /** Ends every retry and every connection at once; for when `disconnect` hangs, and after it. */
  end(): void;
}

/** kafkajs retries for ever, at most a second apart; the deadline above it is the port's. */
const retriesMax = Number.MAX_SAFE_INTEGER;
const requestTimeoutMs = 3_000;
const connectionTimeoutMs = 1_000;
/** A handshake is some trips and some work more, on a machine that is busy. */
const tlsTimeoutMs = 5_000;

/**
 * A client with sockets of its own; it connects when it is first used. It retries for ever until `end`, so
 * the caller must set the deadline.
 */
export function createKafkajsClient(options: ConnectionOptions): KafkajsClient {
  const sockets = new Set<Socket>();
  const { tls, sasl } = options.security ?? {};
  const entry = watchEntry();
  let ended = false;

  function open({ host, port, onConnect }: Address & { readonly onConnect: () => void }): Socket {
    if (ended) throw new Error("The client was closed");
    const advertised = { host, port };
    const onEnd = (failure: AppError | undefined) => {
      // With SASL the first word of a broker proves nothing yet.
      if (!ended && (failure !== undefined || sasl === undefined)) entry.note(failure);
    };
    try {
      const socket = openSocket({ advertised, at: options.reroute?.(advertised) ?? advertised, tls, onConnect, onEnd });
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      return socket;
    } catch (error) {
      entry.note(error instanceof AppError ? error : unavailable("Connecting", error));
      throw error;
    }
  }

  const kafka = new kafkajs.Kafka({
    brokers: options.bootstrap.split(","),
    clientId: options.clientId,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    connectionTimeout: tls === undefined ? connectionTimeoutMs : tlsTimeoutMs,
    ...(sasl && { sasl: saslOptions(sasl, entry.note) }),
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
    unlessRefused: entry.unlessRefused,
    failure: entry.failure,
    end: () => {
      ended = true;
      for (const socket of sockets) socket.destroy(new Error("The client was closed"));
    },
  };
}

/** How a client's connections ended, and whether the brokers have ever taken it in. */
function watchEntry() {
  // Not one promise for all: a client lives for weeks, and each race with it would stay on it.
  const waiting = new Set<(refusal: AppError) => void>();
  let failure: AppError | undefined;
  let refusal: AppError | undefined;
  let wasTakenIn = false;
  return {
    failure: () => failure,
    unlessRefused: <T>(work: Promise<T>): Promise<T> => {
      if (wasTakenIn) return work;
      return new Promise((resolve, reject) => {
        if (refusal !== undefined) reject(refusal);
        waiting.add(reject);
        void work.then(resolve, reject).finally(() => waiting.delete(reject));
      });
    },
    note: (latest: AppError | undefined): void => {
      failure = latest;
      wasTakenIn ||= latest === undefined;
      if (wasTakenIn || !isRefusal(latest)) return;
      refusal = latest;
      for (const reject of waiting) reject(latest);
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
