import type { InRecord } from "#shared/contracts/log-record.ts";
import type { RecordTypes } from "#shared/contracts/records.ts";
import {
  deadLetterTopic,
  stages,
  type TopicName,
  type TopicRecordName,
  topicRecords,
} from "#shared/contracts/topics.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Log } from "#shared/platform/kafka/port.ts";

type ValueOf<Topic extends TopicName> = RecordTypes[TopicRecordName<Topic>];

/** A record as it lay in the log; `value` is undefined where the bytes cannot be decoded, and for a tombstone. */
export interface Seen<Value> {
  readonly value: Value;
  readonly topic: string;
  readonly key: string;
  readonly record: InRecord;
}

/** Everything that the topics of one world have held, from their first record on. */
export interface TopicWatch {
  /** The decoded records of a topic, in the order in which they were read; of one key that is the log's. */
  of<Topic extends TopicName>(topic: Topic): readonly ValueOf<Topic>[];
  /** The same with key, headers and position; of dead-letter topics too. */
  records(topic: string): readonly Seen<unknown>[];
  all(): readonly Seen<unknown>[];
  /** Resolves once `what` holds, asked at every record; rejects after `ms` with `waitingFor`. */
  until(what: () => boolean, waitingFor: string, ms: number): Promise<void>;
  close(): Promise<void>;
}

export async function watchTopics(log: Log, codec: Codec, prefix: string): Promise<TopicWatch> {
  const seen: Seen<unknown>[] = [];
  const byTopic = new Map<string, Seen<unknown>[]>();
  const waiting = new Set<() => void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const topics = [...Object.keys(topicRecords), ...stages.map(deadLetterTopic)];
  const consumer = await log.consumer({ groupId: `${prefix}watch`, topics: topics.map((topic) => prefix + topic) });

  function take(record: InRecord): void {
    const topic = record.topic.slice(prefix.length);
    const one = { value: valueOf(codec, topic, record), topic, key: record.key?.toString("utf8") ?? "", record };
    seen.push(one);
    const list = byTopic.get(topic) ?? [];
    list.push(one);
    byTopic.set(topic, list);
  }

  await consumer.start({
    assigned: () => {},
    revoking: () => {},
    crashed: (error) => failed.reject(error),
    records: (records) => {
      for (const record of records) take(record);
      consumer.progress();
      for (const check of waiting) check();
    },
  });
  return {
    of: <Topic extends TopicName>(topic: Topic) =>
      (byTopic.get(topic) ?? []).flatMap(({ value }) => (value === undefined ? [] : [value as ValueOf<Topic>])),
    records: (topic) => byTopic.get(topic) ?? [],
    all: () => seen,
    until: (what, waitingFor, ms) => Promise.race([untilHolds(waiting, what, { waitingFor, ms }), failed.promise]),
    close: () => consumer.close(),
  };
}

/** The watch of a world that does not read along. */
export const unwatched: TopicWatch = {
  of: () => [],
  records: () => [],
  all: () => [],
  until: () => Promise.reject(new Error("This world does not read along")),
  close: async () => {},
};

interface Wait {
  readonly waitingFor: string;
  readonly ms: number;
}

function untilHolds(waiting: Set<() => void>, what: () => boolean, { waitingFor, ms }: Wait): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => finish(() => reject(new Error(`Waited ${ms / 1000} s in vain for ${waitingFor}`))),
      ms,
    );
    const check = (): void => {
      if (what()) finish(resolve);
    };
    function finish(end: () => void): void {
      clearTimeout(timer);
      waiting.delete(check);
      end();
    }
    waiting.add(check);
    check();
  });
}

function valueOf(codec: Codec, topic: string, { value }: InRecord): unknown {
  if (value === null || !(topic in topicRecords)) return undefined;
  try {
    return codec.decode(topic as TopicName, value);
  } catch {
    return undefined;
  }
}
