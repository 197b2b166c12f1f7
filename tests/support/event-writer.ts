import type { EventFactory } from "#cli/demo/event-factory.ts";
import type { AppError } from "#shared/platform/errors/app-error.ts";
import type { Producer } from "#shared/platform/kafka/port.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";

/** Writes bookings of two people, one after the other, over whatever happens to the log meanwhile. */
export interface EventWriter {
  /** The causes of the events that the log took, in their order. */
  readonly written: readonly string[];
  /** Writes the next one; false where the log did not take it at present: then the next call tries that cause again. */
  write(): Promise<boolean>;
}

interface WriterParts {
  readonly producer: Producer;
  readonly codec: ReturnType<ProcessContext["codec"]>;
  readonly events: EventFactory;
  /** Begins each cause. */
  readonly name: string;
  readonly people?: { readonly buyer: string; readonly seller: string };
}

export function createEventWriter(parts: WriterParts): EventWriter {
  const { producer, codec, events, name, people = { buyer: "a", seller: "b" } } = parts;
  const written: string[] = [];
  return {
    written,
    write: async () => {
      const cause = `${name}-${written.length}`;
      const value = codec.encode("comms.events", { ...events.booking(people, Date.now()), cause_ref: cause });
      const isWritten = await producer.send([{ topic: "comms.events", key: `default/${cause}`, value }]).then(
        () => true,
        (error: AppError) => (error.retryable ? false : Promise.reject(error)),
      );
      if (isWritten) written.push(cause);
      return isWritten;
    },
  };
}
