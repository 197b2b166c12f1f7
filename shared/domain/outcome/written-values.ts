import type { RecordTypes } from "#shared/contracts/records.ts";
import type { TopicName, TopicRecordName } from "#shared/contracts/topics.ts";
import type { Outcome } from "./outcome.ts";

/** The values that these outcomes write to a topic, in their order; tombstones are left out. */
export function writtenValues<Topic extends TopicName>(
  outcomes: readonly Outcome[],
  topic: Topic,
): readonly RecordTypes[TopicRecordName<Topic>][] {
  return outcomes.flatMap((outcome) => {
    if (outcome.kind === "deadLetter") return [];
    return outcome.outputs.flatMap((output) =>
      output.topic === topic && "value" in output && output.value !== null
        ? [output.value as RecordTypes[TopicRecordName<Topic>]]
        : [],
    );
  });
}
