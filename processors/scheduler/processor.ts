import type { ScheduleItem } from "#shared/avro/records.ts";
import type { Outcome, SinkProcessor } from "#shared/processor/processor.ts";
import type { ScheduleStore } from "./adapters/schedule-store.ts";

const done: Outcome = { kind: "emit", outputs: [] };

/** Takes in what is to be produced later. A second item of the same id replaces the first. */
export function createScheduler(store: Pick<ScheduleStore, "save">): SinkProcessor<ScheduleItem> {
  return {
    kind: "sink",
    name: "scheduler",
    inputs: ["comms.schedule"],
    apply: async (batch) => {
      await store.save(batch.flatMap(({ value }) => value ?? []));
      return batch.map(() => done);
    },
  };
}
