import type { InRecord, Position } from "#shared/contracts/log-record.ts";
import { deadLetterTopic } from "#shared/contracts/topics.ts";
import type { RecordPlace } from "#shared/domain/books/place.ts";
import { readSource } from "#shared/domain/books/source.ts";
import type { Log } from "#shared/platform/kafka/port.ts";

/** Reads dead-letter topics, each from where it was left the last time. */
export interface DeadLetterTails {
  /**
   * Calls `onPlaces` with where the dead letters of a stage lay, run by run, and where what led to them lay. Those of an
   * earlier call come again only after that call failed. Rejects with the log's `AppError`.
   */
  follow(
    stage: string,
    onPlaces: (places: readonly RecordPlace[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
}

export function createDeadLetterTails(log: Pick<Log, "offsets" | "readToEnd">, prefix: string): DeadLetterTails {
  const followed = new Map<string, readonly Position[]>();
  return {
    follow: async (stage, onPlaces, signal) => {
      const topic = prefix + deadLetterTopic(stage);
      const bounds = await log.offsets([topic]);
      const ends = bounds.map(({ partition, high }) => ({ topic, partition, offset: high }));
      for await (const run of log.readToEnd([topic], signal, followed.get(stage))) {
        await onPlaces(run.flatMap((record) => placesOfLetter(record, prefix)));
      }
      followed.set(stage, ends);
    },
  };
}

function placesOfLetter({ headers }: InRecord, prefix: string): readonly RecordPlace[] {
  const text = (name: string): string => [headers[`__connect.errors.${name}`] ?? []].flat()[0]?.toString("utf8") ?? "";
  const [topic, partition, offset] = [text("topic"), text("partition"), text("offset")];
  const isWhole = topic.startsWith(prefix) && /^\d{1,6}$/.test(partition) && /^\d{1,15}$/.test(offset);
  const own = { topic: topic.slice(prefix.length), partition: Number(partition), offset: Number(offset) };
  return isWhole ? [own, ...readSource(headers)] : [];
}
