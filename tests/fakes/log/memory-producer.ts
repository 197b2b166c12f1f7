import type { OutRecord, Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { within } from "#shared/platform/kafka/deadline.ts";
import { recordTooLarge, unavailable, unknownTopic } from "#shared/platform/kafka/failure.ts";
import { createPartitioner } from "#shared/platform/kafka/partitioner.ts";
import type { Producer } from "#shared/platform/kafka/port.ts";
import { recordSize } from "#shared/platform/kafka/record-size.ts";
import type { EventLoop } from "./event-loop.ts";
import type { MemoryStore } from "./memory-store.ts";

/** What happens to a send that a test wants to see fail: the answer is lost, and the records were written or were not. */
export interface SendFault {
  readonly fate: "written" | "unwritten";
  readonly error: Error | undefined;
}

/** What a producer of the in-memory log works with. */
export interface MemoryProducerParts {
  readonly store: MemoryStore;
  readonly loop: EventLoop;
  readonly clock: Clock;
  readonly lingerMs: number;
  /** The fault that the next send meets, if a test asked for one. */
  readonly fault: () => SendFault | undefined;
  readonly onWritten: () => void;
}

/** A producer that keeps its own order. A fault may reject a send that was written, as a lost response does. */
export class MemoryProducer implements Producer {
  readonly #parts: MemoryProducerParts;
  readonly #partitionOf = createPartitioner();
  readonly #queue: (() => void)[] = [];
  /** How many of the queue wait for others, and what ends that. */
  #held = 0;
  #lingering: AbortController | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(parts: MemoryProducerParts) {
    this.#parts = parts;
  }

  /** The loop may take turns in any order; the sends of one producer keep theirs. */
  send(records: readonly OutRecord[]): Promise<readonly Position[]> {
    if (this.#isClosed) return Promise.reject(unavailable("Sending with a closed producer"));
    const sent = new Promise<readonly Position[]>((resolve, reject) => {
      this.#queue.push(() => {
        try {
          resolve(this.#write(records));
        } catch (error) {
          reject(error);
        }
      });
      this.#held += 1;
      if (this.#parts.lingerMs === 0) this.#release();
      else if (this.#held === 1) void this.#releaseLater();
    });
    this.#last = sent.catch(() => {});
    return sent;
  }

  async close(deadlineMs = 5_000): Promise<void> {
    this.#isClosed = true;
    if (this.#parts.lingerMs === 0) return;
    this.#lingering?.abort();
    await within(this.#parts.clock, deadlineMs, this.#last);
  }

  async #releaseLater(): Promise<void> {
    this.#lingering = new AbortController();
    await this.#parts.clock.sleep(this.#parts.lingerMs, this.#lingering.signal);
    this.#release();
  }

  #release(): void {
    for (; this.#held > 0; this.#held -= 1) this.#parts.loop.add(() => this.#queue.shift()?.());
  }

  #write(records: readonly OutRecord[]): readonly Position[] {
    const { store, clock, fault: nextFault, onWritten } = this.#parts;
    const placed = records.map((record) => this.#place(record));
    const fault = nextFault();
    if (fault?.fate === "unwritten") throw fault.error ?? unavailable("Sending");
    const positions = placed.map(({ at, record }) => store.append(at, record, record.timestamp ?? clock.now()));
    onWritten();
    if (fault !== undefined) throw fault.error ?? unavailable("Sending");
    return positions;
  }

  /** Before anything is written: a call is refused whole. */
  #place(record: OutRecord): { readonly at: TopicPartition; readonly record: OutRecord } {
    const { store } = this.#parts;
    const { topic } = record;
    if (recordSize(record) > store.bytesMax(topic)) throw recordTooLarge(topic);
    const count = store.partitionsOf(topic).length;
    const partition = this.#partitionOf(record, count);
    if (!(partition < count)) throw unknownTopic(`${topic}/${partition}`);
    return { at: { topic, partition }, record };
  }
}
