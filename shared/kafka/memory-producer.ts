import type { Clock } from "#shared/clock/clock.ts";
import { recordTooLarge, unavailable } from "#shared/kafka/failure.ts";
import type { MemoryStore } from "#shared/kafka/memory-store.ts";
import type { MemoryTurns } from "#shared/kafka/memory-turns.ts";
import { createPartitioner } from "#shared/kafka/partitioner.ts";
import type { OutRecord, Position, Producer } from "#shared/kafka/port.ts";
import { recordSize } from "#shared/kafka/record-size.ts";

/** What happens to a send that a test wants to see fail: the answer is lost, and the records were written or were not. */
export interface SendFault {
  readonly fate: "written" | "unwritten";
  readonly error: Error | undefined;
}

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
    for (const record of records) refuseTooLarge(record);
    const fault = parts.fault();
    if (fault?.fate === "unwritten") throw fault.error ?? unavailable("Sending");
    const positions = records.map(append);
    parts.onWritten();
    if (fault !== undefined) throw fault.error ?? unavailable("Sending");
    return positions;
  }

  function refuseTooLarge(record: OutRecord): void {
    if (recordSize(record) > store.bytesMax(record.topic)) throw recordTooLarge(record.topic);
  }

  function append(record: OutRecord): Position {
    const partition = partitionOf(record, store.partitionsOf(record.topic).length);
    return store.append({ topic: record.topic, partition }, record, clock.now());
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
