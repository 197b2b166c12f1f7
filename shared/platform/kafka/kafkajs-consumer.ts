import type { EachBatchPayload, Consumer as KafkajsApi } from "kafkajs";
import type { Headers, InRecord, Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Clock } from "../clock/clock.ts";
import { ownedPositions, slot } from "./assignment.ts";
import { late, within } from "./deadline.ts";
import { unavailable } from "./failure.ts";
import { createFetchThrottle } from "./fetch-throttle.ts";
import type { KafkajsClient } from "./kafkajs-client.ts";
import { isFenced, isOutage, toAppError } from "./kafkajs-failure.ts";
import {
  type Cluster,
  type ConsumerGroup,
  type FetchedMessage,
  fetchedUnder,
  hookMember,
  kafkajs,
  type OffsetManager,
} from "./kafkajs-internals.ts";
import type { Consumer, ConsumerListener, ConsumerOptions } from "./port.ts";
import { createProgressTracker, type ProgressTracker } from "./progress-tracker.ts";

/** What a consumer on kafkajs is made of. */
export interface ConsumerParts {
  readonly clock: Clock;
  readonly connect: () => KafkajsClient;
  /** How long a fetch waits for records, ms; a resumed partition may wait as long. */
  readonly fetchWaitMs: number;
  /** How far apart two fetches from one broker begin at least, ms. */
  readonly fetchEveryMs: number;
  readonly commitDeadlineMs: number;
}

/** How long a join is held up for what the old generation may still commit, ms. */
const drainMsMax = 3_000;
const restartDelayMs = 1_000;
const sessionTimeoutMsUsual = 10_000;

/** One generation: what the member owns, and by what it may commit. */
interface Generation {
  readonly number: number;
  readonly owned: ReadonlySet<string>;
  readonly manager: OffsetManager;
}

/**
 * A member with its guards; why they are needed stands in `docs/adr/0004-kafkajs-behind-a-port.md`. The broker takes
 * commits for partitions that are another member's (#1046, #28), so only those of the current assignment are sent, under
 * the generation in which the records came, and the broker fences the rest; a batch fetched under an older assignment is
 * dropped. The fetch loop heartbeats, but not for a member that holds records and tells of no progress (#447); the broker
 * misses it between one and two session timeouts later. Records are handed on and resolved at once, bounded by pause, and
 * a fetch waits for a fraction of a second only. A crash that is not an outage ends the process; closing has a deadline.
 * An outage that kafkajs declares final is answered with a new client.
 */
export function createKafkajsConsumer(options: ConsumerOptions, parts: ConsumerParts): Consumer {
  const { clock } = parts;
  const sessionTimeoutMs = options.sessionTimeoutMs ?? sessionTimeoutMsUsual;
  const hand: ProgressTracker = createProgressTracker(sessionTimeoutMs);
  const pace = createFetchThrottle(parts.fetchEveryMs);
  const stopped = new AbortController();
  let client: KafkajsClient;
  let api: KafkajsApi;
  let group: ConsumerGroup | undefined;
  let listener: ConsumerListener;
  let current: Generation | undefined;
  let joins = 0;
  let revoked = false;
  let commits: Promise<unknown> = Promise.resolve();

  async function start(to: ConsumerListener): Promise<void> {
    listener = to;
    try {
      await run();
    } catch (error) {
      client.end();
      throw toAppError(`Joining ${options.groupId}`, options.topics.join(", "), error);
    }
  }

  async function run(): Promise<void> {
    client = parts.connect();
    api = build(client);
    api.on(api.events.GROUP_JOIN, ({ payload }) => joined(payload.memberAssignment));
    api.on(api.events.CRASH, ({ payload }) => {
      if (!payload.restart) crashed(payload.error);
    });
    await api.connect();
    await api.subscribe({ topics: [...options.topics], fromBeginning: options.from !== "latest" });
    // Resolves after the first join, which may wait for other members.
    api.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch }).catch(crashed);
  }

  function build(from: KafkajsClient): KafkajsApi {
    return from.kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(1_000, sessionTimeoutMs / 4),
      maxWaitTimeInMs: parts.fetchWaitMs,
      minBytes: options.fetchBytesMin ?? 1,
      allowAutoTopicCreation: false,
      partitionAssigners: [
        (assigner) => {
          hookMember((assigner as unknown as { cluster: Cluster }).cluster, {
            beforeJoin,
            mayHeartbeat: () => hand.isMoving(clock.now()),
            beforeFetch,
          });
          return kafkajs.PartitionAssigners.roundRobin(assigner);
        },
      ],
    });
  }

  async function beforeJoin(joining: ConsumerGroup): Promise<void> {
    group = joining;
    if (current === undefined || revoked) return;
    revoked = true;
    await within(clock, drainMsMax, drain(current.number));
  }

  async function beforeFetch(broker: string): Promise<void> {
    const waitMs = pace.wait(broker, clock.now());
    if (waitMs > 0) await clock.sleep(waitMs, stopped.signal);
  }

  async function drain(generation: number): Promise<void> {
    await tell(() => listener.revoking(generation));
    await commits;
  }

  function joined(assignment: Readonly<Record<string, number[]>>): void {
    const manager = group?.offsetManager;
    if (manager === undefined || manager === null || stopped.signal.aborted) return;
    const partitions = Object.entries(assignment).flatMap(([topic, all]) =>
      all.map((partition): TopicPartition => ({ topic, partition })),
    );
    joins += 1;
    revoked = false;
    current = { number: joins, owned: new Set(partitions.map(slot)), manager };
    hand.empty();
    const paused = api.paused();
    if (paused.length > 0) api.resume(paused);
    tell(() => listener.assigned(partitions, joins));
  }

  async function eachBatch({ batch, resolveOffset }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    const messages = batch.messages as readonly FetchedMessage[];
    const last = messages.at(-1);
    if (last === undefined || current === undefined || stopped.signal.aborted) return;
    if (fetchedUnder(batch) !== current.manager) return;
    const records = messages.map((message) => toRecord(topic, partition, message));
    hand.take({ topic, partition, offset: Number(last.offset) + 1 }, clock.now());
    const { number } = current;
    tell(() => listener.records(records, number));
    resolveOffset(last.offset);
  }

  function commit(positions: readonly Position[], generation: number): Promise<void> {
    const from = current;
    if (from === undefined || from.number !== generation) return Promise.resolve();
    const owned = ownedPositions(positions, from.owned);
    if (owned.length === 0) return Promise.resolve();
    // One after the other: a commit that was held up must not overtake a later one.
    const done = commits.then(() => commitOwned(owned, from));
    commits = done.catch(() => {});
    return withinDeadline(done);
  }

  async function withinDeadline(done: Promise<void>): Promise<void> {
    if ((await within(clock, parts.commitDeadlineMs, done)) === late) throw unavailable("Committing");
  }

  async function commitOwned(positions: readonly Position[], from: Generation): Promise<void> {
    const until = clock.now() + parts.commitDeadlineMs;
    while (from === current && !stopped.signal.aborted) {
      try {
        await from.manager.commitOffsets(toOffsets(positions));
        return hand.release(positions, clock.now());
      } catch (error) {
        if (isFenced(error)) return;
        const trouble = toAppError("Committing", options.groupId, error);
        if (!trouble.retryable || clock.now() >= until) throw trouble;
        await clock.sleep(200, stopped.signal);
      }
    }
  }

  /** A listener may not throw; one that does is a fault in the process, not in the client, which would retry. */
  function tell<T>(what: () => T): T | undefined {
    try {
      return what();
    } catch (error) {
      listener.crashed(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  function crashed(error: Error): void {
    if (stopped.signal.aborted) return;
    current = undefined;
    client.end();
    if (isOutage(error)) void restart();
    else listener.crashed(error);
  }

  async function restart(): Promise<void> {
    await clock.sleep(restartDelayMs, stopped.signal);
    if (!stopped.signal.aborted) await run().catch(crashed);
  }

  function known(partitions: readonly TopicPartition[]) {
    return partitions
      .filter((at) => current?.owned.has(slot(at)))
      .map(({ topic, partition }) => ({ topic, partitions: [partition] }));
  }

  async function close(deadlineMs = 5_000): Promise<void> {
    if (stopped.signal.aborted) return;
    stopped.abort();
    current = undefined;
    if (api === undefined) return;
    await within(clock, deadlineMs, api.disconnect());
    client.end();
  }

  return {
    start,
    pause: (partitions) => {
      const owned = known(partitions);
      if (owned.length > 0) api.pause(owned);
    },
    resume: (partitions) => {
      const owned = known(partitions);
      if (owned.length > 0) api.resume(owned);
    },
    commit,
    progress: () => hand.move(clock.now()),
    close,
  };
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

/** A record as kafkajs decodes it. A header value of null, which the port does not know, becomes an empty one. */
export function toRecord(topic: string, partition: number, message: FetchedMessage): InRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key,
    value: message.value,
    headers: toHeaders(message.headers),
    timestamp: Number(message.timestamp),
  };
}

const empty = Buffer.alloc(0);

function toHeaders(headers: FetchedMessage["headers"]): Headers {
  const known: Record<string, Buffer | readonly Buffer[]> = {};
  for (const [name, value] of Object.entries(headers)) known[name] = toHeader(value);
  return known;
}

function toHeader(value: FetchedMessage["headers"][string]): Buffer | readonly Buffer[] {
  if (value === null || value === undefined) return empty;
  return Buffer.isBuffer(value) ? value : value.map((each) => each ?? empty);
}
