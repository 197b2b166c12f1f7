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

/** A producer that keeps its own order. A fault may reject a send that was written, as a lost response does. */
export function createMemoryProducer(parts: {
  readonly store: MemoryStore;
  readonly turns: EventLoop;
  readonly clock: Clock;
  readonly fault: () => SendFault | undefined;
  readonly onWritten: () => void;
}): Producer {
  const { store, turns, clock } = parts;
  const partitionOf = createPartitioner();
  const queue: (() => void)[] = [];
  let closed = false;

  function write(records: readonly OutRecord[]): readonly Position[] {
    const placed = records.map(place);
    const fault = parts.fault();
    if (fault?.fate === "unwritten") throw fault.error ?? unavailable("Sending");
    const positions = placed.map(({ at, record }) => store.append(at, record, clock.now()));
    parts.onWritten();
    if (fault !== undefined) throw fault.error ?? unavailable("Sending");
    return positions;
  }

  /** Before anything is written: a call is refused whole. */
  function place(record: OutRecord): { readonly at: TopicPartition; readonly record: OutRecord } {
    const { topic } = record;
    if (recordSize(record) > store.bytesMax(topic)) throw recordTooLarge(topic);
    const count = store.partitionsOf(topic).length;
    const partition = partitionOf(record, count);
    if (!(partition < count)) throw unknownTopic(`${topic}/${partition}`);
    return { at: { topic, partition }, record };
  }

  /** Turns may be taken in any order; the sends of one producer are not. */
  function send(records: readonly OutRecord[]): Promise<readonly Position[]> {
    if (closed) return Promise.reject(unavailable("Sending with a closed producer"));
    return new Promise((resolve, reject) => {
      queue.push(() => {
        try {
          resolve(write(records));
        } catch (error) {
          reject(error);
        }
      });
      turns.add(() => queue.shift()?.());
    });
  }

  return {
    send,
    close: async () => {
      closed = true;
    },
  };
}
