import type { Headers } from "./log-record.ts";
import type { RecordTypes } from "./records.ts";
import type { TopicName, TopicRecordName } from "./topics.ts";

/** One record to write: the topic's contract fixes the schema, so `value` must be of that record type. */
export type Output =
  | {
      [Topic in TopicName]: {
        readonly topic: Topic;
        readonly key: string;
        readonly value: TopicRecord<Topic> | null;
        readonly headers?: Headers;
      };
    }[TopicName]
  | RawOutput;

/** Bytes that were encoded before, for the scheduler, which gives back what it was handed. */
export interface RawOutput {
  readonly topic: string;
  readonly key: string;
  readonly raw: Buffer;
  readonly headers?: Headers;
}

type TopicRecord<Topic extends TopicName> = RecordTypes[TopicRecordName<Topic>];
