import type { InRecord } from "./log-record.ts";
import type { TopicName } from "./topics.ts";

/** A decoded record, with its position in the log. */
export interface DecodedRecord<In> {
  readonly value: In;
  readonly origin: InRecord;
  /** Topic without prefix. */
  readonly topic: TopicName;
}
