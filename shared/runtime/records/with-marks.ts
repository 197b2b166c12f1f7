import { isBooked } from "#shared/domain/books/hops.ts";
import type { RecordPlace } from "#shared/domain/books/place.ts";
import { readSource } from "#shared/domain/books/source.ts";
import type { SinkProcessor } from "../processor.ts";

/**
 * A sink that marks in the books what it has applied, before its records are done, and which records led to these. `mark` must change
 * nothing when it is called again; what it throws is thrown on, and the batch is applied again.
 */
export function withMarks<In>(
  sink: SinkProcessor<In>,
  mark: (places: readonly RecordPlace[]) => Promise<void>,
): SinkProcessor<In> {
  return {
    ...sink,
    apply: async (batch, now) => {
      const outcomes = await sink.apply(batch, now);
      await mark(
        batch.flatMap(({ topic, origin: { partition, offset, headers } }) => [
          ...(isBooked(topic) ? [{ topic, partition, offset }] : []),
          ...readSource(headers),
        ]),
      );
      return outcomes;
    },
  };
}
