import type { InRecord, OutRecord, Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Consumer, Log, Producer } from "#shared/platform/kafka/port.ts";

/** The header of an output that names the input which it came of. */
export const inputHeader = "test-input";

export function placeOf({ topic, partition, offset }: Position): string {
  return `${topic}/${partition}/${offset}`;
}

/** The place of the input that an output or a dead letter came of. */
export function inputOf({ headers }: Pick<OutRecord, "headers">): string {
  const text = (name: string) => String(headers?.[name] ?? "");
  const letter = ["topic", "partition", "offset"].map((part) => text(`__connect.errors.${part}`)).join("/");
  return text(inputHeader) || letter;
}

/** Watches members of a group read, write and commit, and notes each commit that comes too early. */
export interface CommitAudit {
  /** Places of the inputs whose outputs the log has confirmed. */
  readonly done: ReadonlySet<string>;
  /** Inputs that were committed before their outputs were confirmed. */
  readonly early: readonly string[];
  /** One member's view of the log. `onRevoking` is called before the member is notified of a rebalance. */
  watch(log: Log, onRevoking: () => void): Log;
}

export function createCommitAudit(): CommitAudit {
  const done = new Set<string>();
  const early: string[] = [];
  const delivered = new Map<string, Set<number>>();

  const slotOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`;

  function deliver(records: readonly InRecord[]): void {
    for (const record of records) {
      const offsets = delivered.get(slotOf(record)) ?? new Set();
      delivered.set(slotOf(record), offsets.add(record.offset));
    }
  }

  function check(position: Position): void {
    for (const offset of delivered.get(slotOf(position)) ?? []) {
      const place = placeOf({ ...position, offset });
      if (offset < position.offset && !done.has(place)) early.push(place);
    }
  }

  function watchProducer(inner: Producer): Producer {
    return {
      send: async (records) => {
        const positions = await inner.send(records);
        for (const record of records) done.add(inputOf(record));
        return positions;
      },
      close: (deadlineMs) => inner.close(deadlineMs),
    };
  }

  function watchConsumer(inner: Consumer, onRevoking: () => void): Consumer {
    return {
      pause: (partitions) => inner.pause(partitions),
      resume: (partitions) => inner.resume(partitions),
      progress: () => inner.progress(),
      close: (deadlineMs) => inner.close(deadlineMs),
      start: (listener) =>
        inner.start({
          ...listener,
          assigned: (partitions, generation) => listener.assigned(partitions, generation),
          crashed: (error) => listener.crashed(error),
          revoking: (generation) => {
            onRevoking();
            return listener.revoking(generation);
          },
          records: (records, generation) => {
            deliver(records);
            listener.records(records, generation);
          },
        }),
      commit: (positions, generation) => {
        positions.forEach(check);
        return inner.commit(positions, generation);
      },
    };
  }

  return {
    done,
    early,
    watch: (log, onRevoking) => ({
      ...log,
      producer: async (options) => watchProducer(await log.producer(options)),
      consumer: async (options) => watchConsumer(await log.consumer(options), onRevoking),
    }),
  };
}
