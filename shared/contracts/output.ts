import type { Headers } from "./log-record.ts";
import type { RecordTypes } from "./records.ts";
import type { TopicName, TopicRecordName } from "./topics.ts";

/** One record to write. The topic's contract determines the schema, so `value` must be of that record type. */
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

/** Bytes that are already encoded; the scheduler writes the payload that it received. */
export interface RawOutput {
  readonly topic: string;
  readonly key: string;
  readonly raw: Buffer;
  readonly headers?: Headers;
}

type TopicRecord<Topic extends TopicName> = RecordTypes[TopicRecordName<Topic>];
