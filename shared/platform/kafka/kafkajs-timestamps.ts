import type { Position } from "#shared/contracts/log-record.ts";
import type { Clock } from "../clock/clock.ts";
import { within } from "./deadline.ts";
import { unavailable } from "./failure.ts";
import { type KafkajsClient, openCluster } from "./kafkajs-client.ts";
import { toAppError } from "./kafkajs-failure.ts";
import { Batch, type Cluster } from "./kafkajs-internals.ts";

/** What looks up timestamps. */
export interface TimestampParts {
  readonly clock: Clock;
  readonly connect: () => KafkajsClient;
  /** A look-up rejects with `KAFKA_UNAVAILABLE` after this, ms. */
  readonly deadlineMs: number;
}

const readCommitted = 1;
/** How many batches without a readable record are passed over: a run of transaction markers is short. */
const emptyBatchesMax = 8;

/** Reads single records for their timestamps, by a connection of its own that stays open. */
export class KafkajsTimestamps {
  readonly #parts: TimestampParts;
  #connected: { readonly client: KafkajsClient; readonly cluster: Cluster } | undefined;

  constructor(parts: TimestampParts) {
    this.#parts = parts;
  }

  /** As `Log.timestamps`. After a failure the next call begins with a new connection and new leaders. */
  async at(positions: readonly Position[]): Promise<readonly (number | undefined)[]> {
    if (positions.length === 0) return [];
    const { clock, deadlineMs } = this.#parts;
    const { client, cluster } = (this.#connected ??= this.#open());
    try {
      const all = this.#all(cluster, positions);
      const found = await within(clock, deadlineMs, client.unlessRefused(all));
      if (typeof found === "symbol") throw client.failure() ?? unavailable("Looking up timestamps");
      return found;
    } catch (error) {
      this.close();
      throw toAppError("Looking up timestamps", positions[0]?.topic ?? "", error);
    }
  }

  close(): void {
    this.#connected?.client.end();
    this.#connected = undefined;
  }

  #open() {
    const client = this.#parts.connect();
    return { client, cluster: openCluster(client) };
  }

  async #all(cluster: Cluster, positions: readonly Position[]): Promise<readonly (number | undefined)[]> {
    await cluster.connect();
    await cluster.addMultipleTargetTopics([...new Set(positions.map(({ topic }) => topic))]);
    return Promise.all(positions.map((position) => timestampAt(cluster, position)));
  }
}

async function timestampAt(cluster: Cluster, { topic, partition, offset }: Position): Promise<number | undefined> {
  const leader = cluster.findTopicPartitionMetadata(topic).find((each) => each.partitionId === partition)?.leader;
  // A partition that came into being after the connection: the next look-up opens another.
  if (leader === undefined) throw unavailable(`Finding the leader of ${topic}/${partition}`);
  const broker = await cluster.findBroker({ nodeId: leader });
  let next = offset;
  for (let batches = 0; batches < emptyBatchesMax; batches++) {
    // A broker sends the first batch whole, however small the bound.
    const wanted = { partition, fetchOffset: String(next), maxBytes: 1 };
    const { responses } = await broker.fetch({
      maxWaitTime: 1,
      minBytes: 1,
      maxBytes: 1,
      isolationLevel: readCommitted,
      topics: [{ topic, partitions: [wanted] }],
    });
    const data = responses[0]?.partitions[0];
    if (data === undefined) return undefined;
    const batch = new Batch(topic, String(next), data);
    const [first] = batch.messages;
    if (first !== undefined) return Number(first.timestamp);
    const last = batch.rawMessages.at(-1);
    if (last === undefined || Number(last.offset) < next) return undefined;
    next = Number(last.offset) + 1;
  }
  return undefined;
}
