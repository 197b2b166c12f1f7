import type { Clock } from "#shared/clock/clock.ts";
import { recordTooLarge, unavailable, unknownTopic } from "#shared/kafka/failure.ts";
import type { MemoryStore } from "#shared/kafka/memory-store.ts";
import type { MemoryTurns } from "#shared/kafka/memory-turns.ts";
import { createPartitioner } from "#shared/kafka/partitioner.ts";
import type { OutRecord, Position, Producer, TopicPartition } from "#shared/kafka/port.ts";
import { recordSize } from "#shared/kafka/record-size.ts";

/** What happens to a send that a test wants to see fail: the answer is lost, and the records were written or were not. */
export interface SendFault {
  readonly fate: "written" | "unwritten";
  readonly error: Error | undefined;
}

/** A producer that keeps its own order. A fault may reject a send that was written, as a lost response does. */
export function createMemoryProducer(parts: {
  readonly store: MemoryStore;
  readonly turns: MemoryTurns;
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
