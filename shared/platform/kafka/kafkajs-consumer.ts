import type { ConsumerConfig, EachBatchPayload, Consumer as KafkajsApi } from "kafkajs";
import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Clock } from "../clock/clock.ts";
import { ownedPositions, slot } from "./assignment.ts";
import { late, within } from "./deadline.ts";
import { unavailable } from "./failure.ts";
import { FetchThrottle } from "./fetch-throttle.ts";
import type { KafkajsClient } from "./kafkajs-client.ts";
import { isFenced, isOutage, isRefused, toAppError } from "./kafkajs-failure.ts";
import {
  type Cluster,
  type ConsumerGroup,
  type FetchedMessage,
  fetchedUnder,
  hookMember,
  kafkajs,
  type MemberHooks,
  type OffsetManager,
} from "./kafkajs-internals.ts";
import { toRecord } from "./kafkajs-record.ts";
import type { Consumer, ConsumerListener, ConsumerOptions } from "./port.ts";
import { ProgressTracker } from "./progress-tracker.ts";

/** What a consumer on kafkajs is made of. */
export interface ConsumerParts {
  readonly clock: Clock;
  readonly connect: () => KafkajsClient;
  /** How long a fetch waits for records, ms; a resumed partition may wait as long. */
  readonly fetchWaitMs: number;
  /** How far apart two fetches from one broker begin at least, ms. */
  readonly fetchEveryMs: number;
  readonly commitDeadlineMs: number;
  /** Called when the consumer is closed. */
  readonly onClose: (consumer: Consumer) => void;
}

/** How long a join is held up for what the old generation may still commit, ms. */
const drainMsMax = 3_000;
const restartDelayMs = 1_000;
/** How long a member that the brokers refuse waits before it tries again, ms. */
const refusedDelayMs = 3_000;
const sessionTimeoutMsUsual = 10_000;
/**
 * How much of a partition one fetch brings, bytes: a fetch is decoded whole before any of it is handed on, and what is express
 * waits for that. A larger record comes all the same, alone.
 */
export const partitionBytesMax = 256 * 1024;

/** What the member owns in one generation, and what commits for it. */
interface Generation {
  readonly number: number;
  readonly owned: ReadonlySet<string>;
  readonly manager: OffsetManager;
}

/**
 * A member with its guards; `docs/adr/0004-kafkajs-behind-a-port.md` says why they are needed. Each has its comment where it acts.
 */
export class KafkajsConsumer implements Consumer {
  readonly #options: ConsumerOptions;
  readonly #parts: ConsumerParts;
  readonly #sessionTimeoutMs: number;
  readonly #progress: ProgressTracker;
  readonly #throttle: FetchThrottle;
  readonly #stopped = new AbortController();
  #connected: { readonly client: KafkajsClient; readonly api: KafkajsApi } | undefined;
  #group: ConsumerGroup | undefined;
  #listener: ConsumerListener | undefined;
  #current: Generation | undefined;
  #joins = 0;
  #isRevoked = false;
  #commits: Promise<unknown> = Promise.resolve();

  constructor(options: ConsumerOptions, parts: ConsumerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#sessionTimeoutMs = options.sessionTimeoutMs ?? sessionTimeoutMsUsual;
    this.#progress = new ProgressTracker(this.#sessionTimeoutMs);
    this.#throttle = new FetchThrottle(parts.fetchEveryMs);
  }

  async start(listener: ConsumerListener): Promise<void> {
    this.#listener = listener;
    try {
      await this.#run();
    } catch (error) {
      this.#connected?.client.end();
      if (isRefused(error)) return this.#onCrash(error as Error);
      throw toAppError(`Joining ${this.#options.groupId}`, this.#options.topics.join(", "), error);
    }
  }

  pause(partitions: readonly TopicPartition[]): void {
    const owned = this.#owned(partitions);
    if (owned.length > 0) this.#connected?.api.pause(owned);
  }

  resume(partitions: readonly TopicPartition[]): void {
    const owned = this.#owned(partitions);
    if (owned.length > 0) this.#connected?.api.resume(owned);
  }

  /**
   * The broker takes commits for partitions that are another member's (#1046, #28): only those of the current assignment
   * are sent, under the generation in which the records came, and the broker fences the rest.
   */
  commit(positions: readonly Position[], generation: number): Promise<void> {
    const from = this.#current;
    if (from === undefined || from.number !== generation) return Promise.resolve();
    const owned = ownedPositions(positions, from.owned);
    if (owned.length === 0) return Promise.resolve();
    // One after the other: a commit that was held up must not overtake a later one.
    const done = this.#commits.then(() => this.#commitOwned(owned, from));
    this.#commits = done.catch(() => {});
    return this.#withinDeadline(done);
  }

  progress(): void {
    this.#progress.move(this.#parts.clock.now());
  }

  /** Leaving may hang, so it has a deadline. */
  async close(deadlineMs = 5_000): Promise<void> {
    this.#parts.onClose(this);
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    this.#current = undefined;
    if (this.#connected === undefined) return;
    const { api, client } = this.#connected;
    await within(this.#parts.clock, deadlineMs, api.disconnect());
    client.end();
  }

  // --- the life of the client ---

  async #run(): Promise<void> {
    const client = this.#parts.connect();
    const api = client.kafka.consumer(this.#clientOptions());
    this.#connected = { client, api };
    api.on(api.events.GROUP_JOIN, ({ payload }) => this.#onJoin(payload.memberAssignment));
    // A client that was replaced meanwhile has nothing to say any more.
    const onCrash = (error: Error): void => {
      if (this.#connected?.client === client) this.#onCrash(error);
    };
    api.on(api.events.CRASH, ({ payload }) => {
      if (!payload.restart) onCrash(payload.error);
    });
    client.unlessRefused(new Promise<never>(() => {})).catch(onCrash);
    await client.unlessRefused(api.connect());
    await api.subscribe({ topics: [...this.#options.topics], fromBeginning: this.#options.from !== "latest" });
    // Resolves after the first join, which may wait for other members.
    api
      .run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: (payload) => this.#onBatch(payload) })
      .catch(onCrash);
  }

  #clientOptions(): ConsumerConfig {
    return {
      groupId: this.#options.groupId,
      sessionTimeout: this.#sessionTimeoutMs,
      heartbeatInterval: Math.min(1_000, this.#sessionTimeoutMs / 4),
      // A fraction of a second only: a resumed partition waits for the fetch under way.
      maxWaitTimeInMs: this.#parts.fetchWaitMs,
      maxBytesPerPartition: partitionBytesMax,
      minBytes: this.#options.fetchBytesMin ?? 1,
      allowAutoTopicCreation: false,
      partitionAssigners: [
        (assigner) => {
          hookMember((assigner as unknown as { cluster: Cluster }).cluster, this.#hooks());
          return kafkajs.PartitionAssigners.roundRobin(assigner);
        },
      ],
    };
  }

  #hooks(): MemberHooks {
    const { clock } = this.#parts;
    return {
      beforeJoin: (group) => this.#beforeJoin(group),
      // The fetch loop heartbeats, but not for a member that holds records and reports no progress (#447); the broker
      // misses it between one and two session timeouts later.
      mayHeartbeat: () => this.#progress.isMoving(clock.now()),
      beforeFetch: async (broker) => {
        const waitMs = this.#throttle.wait(broker, clock.now());
        if (waitMs > 0) await clock.sleep(waitMs, this.#stopped.signal);
      },
    };
  }

  /**
   * A crash that is not an outage ends the process; an outage that kafkajs declares final, and a refusal, lead to a new
   * client: whoever mends a certificate, a password or a right need not start the process again.
   */
  #onCrash(error: Error): void {
    if (this.#stopped.signal.aborted || this.#connected === undefined) return;
    this.#current = undefined;
    this.#connected.client.end();
    this.#connected = undefined;
    if (isRefused(error)) {
      const failure = toAppError("Reading", [this.#options.groupId, ...this.#options.topics].join(", "), error);
      this.#notify((listener) => listener.refused?.(failure));
      void this.#restart(refusedDelayMs);
    } else if (isOutage(error)) void this.#restart(restartDelayMs);
    else this.#listener?.crashed(error);
  }

  async #restart(delayMs: number): Promise<void> {
    await this.#parts.clock.sleep(delayMs, this.#stopped.signal);
    if (!this.#stopped.signal.aborted) await this.#run().catch((error: Error) => this.#onCrash(error));
  }

  // --- generations and records ---

  async #beforeJoin(group: ConsumerGroup): Promise<void> {
    this.#group = group;
    if (this.#current === undefined || this.#isRevoked) return;
    this.#isRevoked = true;
    await within(this.#parts.clock, drainMsMax, this.#drain(this.#current.number));
  }

  async #drain(generation: number): Promise<void> {
    await this.#notify((listener) => listener.revoking(generation));
    await this.#commits;
  }

  #onJoin(assignment: Readonly<Record<string, number[]>>): void {
    const manager = this.#group?.offsetManager;
    if (manager === undefined || manager === null || this.#stopped.signal.aborted) return;
    const partitions = Object.entries(assignment).flatMap(([topic, all]) =>
      all.map((partition): TopicPartition => ({ topic, partition })),
    );
    const number = ++this.#joins;
    this.#isRevoked = false;
    this.#current = { number, owned: new Set(partitions.map(slot)), manager };
    this.#progress.empty();
    const paused = this.#connected?.api.paused() ?? [];
    if (paused.length > 0) this.#connected?.api.resume(paused);
    this.#notify((listener) => listener.assigned(partitions, number));
  }

  /** Records are handed on and resolved at once; what waits is bounded by pausing. */
  async #onBatch({ batch, resolveOffset }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    const messages = batch.messages as readonly FetchedMessage[];
    const last = messages.at(-1);
    if (last === undefined || this.#current === undefined || this.#stopped.signal.aborted) return;
    // A batch fetched under an older assignment is dropped: it would move the new position past what never came (#28).
    if (fetchedUnder(batch) !== this.#current.manager) return;
    const records = messages.map((message) => toRecord(topic, partition, message));
    this.#progress.take({ topic, partition, offset: Number(last.offset) + 1 }, this.#parts.clock.now());
    const { number } = this.#current;
    this.#notify((listener) => listener.records(records, number));
    resolveOffset(last.offset);
  }

  /** A listener may not throw. An error of its own is the process's, not the client's, which would retry. */
  #notify<T>(call: (listener: ConsumerListener) => T): T | undefined {
    const listener = this.#listener;
    if (listener === undefined) return undefined;
    try {
      return call(listener);
    } catch (error) {
      listener.crashed(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  // --- commits ---

  async #withinDeadline(done: Promise<void>): Promise<void> {
    const { clock, commitDeadlineMs } = this.#parts;
    if ((await within(clock, commitDeadlineMs, done)) === late) throw unavailable("Committing");
  }

  async #commitOwned(positions: readonly Position[], from: Generation): Promise<void> {
    const { clock, commitDeadlineMs } = this.#parts;
    const until = clock.now() + commitDeadlineMs;
    while (from === this.#current && !this.#stopped.signal.aborted) {
      try {
        await from.manager.commitOffsets(toOffsets(positions));
        return this.#progress.release(positions, clock.now());
      } catch (error) {
        if (isFenced(error)) return;
        const failure = toAppError("Committing", this.#options.groupId, error);
        if (!failure.retryable || clock.now() >= until) throw failure;
        await clock.sleep(200, this.#stopped.signal);
      }
    }
  }

  #owned(partitions: readonly TopicPartition[]) {
    return partitions
      .filter((at) => this.#current?.owned.has(slot(at)))
      .map(({ topic, partition }) => ({ topic, partitions: [partition] }));
  }
}

function toOffsets(positions: readonly Position[]): Parameters<OffsetManager["commitOffsets"]>[0] {
  const topics = Map.groupBy(positions, (position) => position.topic);
  return {
    topics: [...topics].map(([topic, all]) => ({
      topic,
      partitions: all.map(({ partition, offset }) => ({ partition, offset: String(offset), metadata: null })),
    })),
  };
}
