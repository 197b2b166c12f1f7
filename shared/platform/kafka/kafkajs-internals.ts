import { createRequire } from "node:module";

/**
 * The parts of kafkajs 2.2.4 that its own types do not show and that the port leans on. Another version is refused:
 * each of these was read in the source of this one.
 */
const patchedVersion = "2.2.4";

/** What commits for one generation inside kafkajs; true of version 2.2.4 only, as is all that follows. */
export interface OffsetManager {
  commitOffsets(offsets: {
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly offset: string; readonly metadata: null }[];
    }[];
  }): Promise<void>;
}

/** A member inside kafkajs. */
export interface ConsumerGroup {
  readonly cluster: Cluster;
  /** A new one at each join; it commits under the generation that it was made for, so the broker fences it. */
  readonly offsetManager: OffsetManager | null;
  joinAndSync(): Promise<void>;
  fetch(nodeId: string): Promise<readonly FetchedBatch[]>;
  heartbeat(options: { readonly interval: number }): Promise<void>;
}

/** One record as kafkajs decodes it. A header that came more than once is a list. */
export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | null | readonly (Buffer | null)[]>>;
}

/** What one fetch brought of one partition. */
export interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  /** Everything that came, control records and what lies before the wanted offset included. */
  readonly rawMessages: readonly FetchedMessage[];
  readonly messages: readonly FetchedMessage[];
}

/** A connection to one broker inside kafkajs. */
export interface Broker {
  /** Sends any request, of those too that kafkajs knows nothing of. */
  readonly connectionPool: {
    send<Raw, Result>(call: {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        encode(): Promise<Encoder>;
      };
      readonly response: { decode(bytes: Buffer): Promise<Raw>; parse(decoded: Raw): Promise<Result> };
    }): Promise<Result>;
  };
  fetch(request: {
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly isolationLevel: number;
    readonly topics: readonly FetchTopic[];
  }): Promise<{
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly { partition: number }[];
    }[];
  }>;
}

/** What is asked of one topic in a fetch; offsets are decimal strings. */
export interface FetchTopic {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }[];
}

/** Writes the parts of a request; each call gives the encoder itself. The lengths of the `UVarInt` kinds are Kafka's compact ones. */
export interface Encoder {
  writeInt8(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeUVarIntString(value: string): Encoder;
  /** Without a value: an empty field of tags. */
  writeUVarIntBytes(value?: Buffer): Encoder;
  writeUVarIntArray(value: readonly Encoder[]): Encoder;
  writeEncoder(value: Encoder): Encoder;
}

/** Reads the parts of an answer, in their order. */
export interface Decoder {
  readInt8(): number;
  readInt16(): number;
  readInt32(): number;
  readUVarIntString(): string | null;
  readUVarIntArray<T>(read: (decoder: Decoder) => T): T[] | null;
  readTaggedFields(): unknown;
}

/** What kafkajs knows of the brokers: leaders, connections, offsets. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
  findControllerBroker(): Promise<Broker>;
  findBroker(at: { readonly nodeId: number | string }): Promise<Broker>;
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning: boolean;
    }[],
  ): Promise<
    readonly { readonly topic: string; readonly partitions: readonly { partition: number; offset: string }[] }[]
  >;
}

/** What the port does at the three points of a membership that kafkajs gives no hook for. */
export interface MemberHooks {
  /** Before every join, the first included. */
  beforeJoin(group: ConsumerGroup): Promise<void>;
  mayHeartbeat(): boolean;
  /** Before every fetch from a broker, which waits for it. */
  beforeFetch(nodeId: string): Promise<void>;
}

interface RequestQueue {
  readonly enforceRequestTimeout: boolean;
  readonly inflight: ReadonlyMap<number, InFlight>;
  readonly isConnected: () => boolean;
  requestTimeoutIntervalId: NodeJS.Timeout;
  scheduleRequestTimeoutCheck(): void;
  scheduleCheckPendingRequests(): void;
  destroy(): void;
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

interface InFlight {
  readonly sentAt: number;
  readonly requestTimeout: number;
  timeoutRequest(): void;
}

interface RecordBatch {
  readonly firstOffset: string;
  readonly lastOffsetDelta: number;
  readonly records: { offset: string; isControlRecord: boolean }[];
}

type DecodeRecordBatch = (decoder: unknown) => Promise<RecordBatch>;

const requireKafkajs = createRequire(import.meta.url);
const hooksOf = new WeakMap<Cluster, MemberHooks>();
const managerOf = new WeakMap<FetchedBatch, OffsetManager>();

refuseOtherVersions();
presentEmptyBatches();
/** kafkajs itself, patched. */
export const kafkajs = requireKafkajs("kafkajs") as typeof import("kafkajs");

/** kafkajs's own class of a fetched batch, for those that are made here. */
export const Batch = load("consumer/batch") as new (
  topic: string,
  fetchedOffset: string,
  data: { partition: number },
) => FetchedBatch;
quietenRequestQueue();
hookConsumerGroup();
limitMetadataAge();
keepGroupRefusals();

/** A request, empty as yet. */
export function encoder(): Encoder {
  return new (load("protocol/encoder") as new () => Encoder)();
}

/** An answer, to be read from its beginning. */
export function decoderOf(bytes: Buffer): Decoder {
  return new (load("protocol/decoder") as new (bytes: Buffer) => Decoder)(bytes);
}

/** kafkajs's error for a code of the broker's. */
export function errorOfCode(code: number): Error {
  return (load("protocol/error") as { createErrorFromCode(of: number): Error }).createErrorFromCode(code);
}

/** What kafkajs makes of the secrets of one authentication. */
type SaslProvider = (secrets: object) => (args: unknown) => { authenticate(): Promise<void> };

/** kafkajs's own mechanisms, by Kafka's names. It keeps what it makes of them; the port makes one for each authentication. */
export const saslProviders = {
  PLAIN: load("broker/saslAuthenticator/plain") as SaslProvider,
  "SCRAM-SHA-256": load("broker/saslAuthenticator/scram256") as SaslProvider,
  "SCRAM-SHA-512": load("broker/saslAuthenticator/scram512") as SaslProvider,
  OAUTHBEARER: load("broker/saslAuthenticator/oauthBearer") as SaslProvider,
};

/** Has the hooks called for the member that this cluster object belongs to. */
export function hookMember(cluster: Cluster, hooks: MemberHooks): void {
  hooksOf.set(cluster, hooks);
}

/** Under which assignment a batch was fetched. */
export function fetchedUnder(batch: object): OffsetManager | undefined {
  return managerOf.get(batch as FetchedBatch);
}

function load(path: string): unknown {
  return requireKafkajs(`kafkajs/src/${path}`);
}

function refuseOtherVersions(): void {
  const { version } = requireKafkajs("kafkajs/package.json") as { version: string };
  if (version === patchedVersion) return;
  throw new Error(
    `kafkajs ${version} is installed, but the port patches the internals of ${patchedVersion}; read shared/platform/kafka/kafkajs-internals.ts against the new source first`,
  );
}

/**
 * Compaction leaves batches without records, or with none at their end, and kafkajs sees nothing there: it fetches the
 * same offset for ever. A batch is therefore closed by a control record at its last offset, which is never delivered and
 * moves the position.
 */
function presentEmptyBatches(): void {
  const path = requireKafkajs.resolve("kafkajs/src/protocol/recordBatch/v0/decoder.js");
  const decode = requireKafkajs(path) as DecodeRecordBatch;
  const module = requireKafkajs.cache[path];
  if (module === undefined) throw new Error(`${path} is not in the module cache`);
  module.exports = async (decoder: unknown) => closed(await decode(decoder));
}

function closed(batch: RecordBatch): RecordBatch {
  const last = (BigInt(batch.firstOffset) + BigInt(batch.lastOffsetDelta)).toString();
  if (batch.records.at(-1)?.offset === last) return batch;
  const end = {
    offset: last,
    isControlRecord: true,
    key: null,
    value: null,
    headers: {},
    timestamp: "0",
    batchContext: batch,
  };
  return { ...batch, records: [...batch.records, end] };
}

/** How often a connection looks for requests that have timed out, ms; kafkajs looks every 100. */
const timeoutCheckMs = 500;

/**
 * #1556, #1704, #1751: the queue of requests reschedules itself for ever, after a negative delay, with nothing to do
 * (2,367 wake-ups in 3 s on an idle connection, and a `TimeoutNegativeWarning`).
 */
function quietenRequestQueue(): void {
  const { prototype } = load("network/requestQueue") as { prototype: RequestQueue };
  prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue): void {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
    const delay = Math.max(this.throttledUntil - Date.now(), 10);
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, delay);
  };
  prototype.scheduleRequestTimeoutCheck = function watch(this: RequestQueue): void {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(() => {
      const now = Date.now();
      for (const request of this.inflight.values()) {
        if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
      }
      if (!this.isConnected()) this.destroy();
    }, timeoutCheckMs);
  };
}

/** How old what a client knows of topics may be, ms; kafkajs allows five minutes, and gives its admin no setting for it. */
export const metadataAgeMsMax = 5_000;

/** A broker of the pool, and its number. */
interface PooledBroker {
  readonly nodeId: string;
  readonly broker: Broker;
}

interface BrokerPool {
  metadataMaxAge: number;
  withBroker<T>(call: (at: PooledBroker) => Promise<T>): Promise<T | null>;
  refreshMetadata(topics: readonly string[]): Promise<void>;
}

/** Partitions that are added to a topic are read by a group once one of its members asks for them anew. */
function limitMetadataAge(): void {
  const { prototype } = load("cluster/brokerPool") as { prototype: BrokerPool };
  const { refreshMetadata } = prototype;
  prototype.refreshMetadata = function refresh(this: BrokerPool, topics: readonly string[]): Promise<void> {
    this.metadataMaxAge = Math.min(this.metadataMaxAge, metadataAgeMsMax);
    return refreshMetadata.call(this, topics);
  };
}

/**
 * kafkajs asks one broker after the other who coordinates a group, drops what each answers, and reports that nobody knows:
 * a group that the client may not read looks like an outage.
 */
function keepGroupRefusals(): void {
  const { prototype } = load("cluster/brokerPool") as { prototype: BrokerPool };
  const { withBroker } = prototype;
  prototype.withBroker = async function ask<T>(this: BrokerPool, call: (at: PooledBroker) => Promise<T>) {
    let refusal: unknown;
    const answer = await withBroker.call(this, async (at: PooledBroker) => {
      try {
        return await call(at);
      } catch (error) {
        if ((error as { type?: string }).type === "GROUP_AUTHORIZATION_FAILED") refusal = error;
        throw error;
      }
    });
    if (answer === null && refusal !== undefined) throw refusal as Error;
    return answer as T | null;
  };
}

/**
 * A hook before each join (there is none for a revocation, #1046), a mark on each batch of the assignment that it was
 * fetched under (a batch in flight over a rebalance would move the new position past records that were never delivered,
 * compare #28), and a gate for heartbeats (#447).
 */
function hookConsumerGroup(): void {
  const { prototype } = load("consumer/consumerGroup") as { prototype: ConsumerGroup };
  const { joinAndSync, fetch, heartbeat } = prototype;
  prototype.joinAndSync = async function join(this: ConsumerGroup): Promise<void> {
    await hooksOf.get(this.cluster)?.beforeJoin(this);
    return joinAndSync.call(this);
  };
  prototype.fetch = async function fetchMarked(this: ConsumerGroup, nodeId: string) {
    const manager = this.offsetManager;
    await hooksOf.get(this.cluster)?.beforeFetch(nodeId);
    const batches = await fetch.call(this, nodeId);
    if (manager !== null) for (const batch of batches) managerOf.set(batch, manager);
    return batches;
  };
  prototype.heartbeat = async function beat(
    this: ConsumerGroup,
    options: { readonly interval: number },
  ): Promise<void> {
    if (hooksOf.get(this.cluster)?.mayHeartbeat() ?? true) await heartbeat.call(this, options);
  };
}
