import type { OutRecord, Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
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
  /** The fault that the next send meets, if a test asked for one. */
  readonly fault: () => SendFault | undefined;
  readonly onWritten: () => void;
}

/** A producer that keeps its own order. A fault may reject a send that was written, as a lost response does. */
export class MemoryProducer implements Producer {
  readonly #parts: MemoryProducerParts;
  readonly #partitionOf = createPartitioner();
  readonly #queue: (() => void)[] = [];
  #isClosed = false;

  constructor(parts: MemoryProducerParts) {
    this.#parts = parts;
  }

  /** The loop may take turns in any order; the sends of one producer keep theirs. */
  send(records: readonly OutRecord[]): Promise<readonly Position[]> {
    if (this.#isClosed) return Promise.reject(unavailable("Sending with a closed producer"));
    return new Promise((resolve, reject) => {
      this.#queue.push(() => {
        try {
          resolve(this.#write(records));
        } catch (error) {
          reject(error);
        }
      });
      this.#parts.loop.add(() => this.#queue.shift()?.());
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
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
