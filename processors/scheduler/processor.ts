import type { ScheduleItem } from "#shared/contracts/records.ts";
import type { SinkProcessor } from "#shared/runtime/processor.ts";
import { writeReads } from "#shared/runtime/records/bisect.ts";
import { poison } from "#shared/runtime/records/decode.ts";
import type { ScheduleStore } from "./adapters/schedule-store.ts";
import { issueOf } from "./core/issue.ts";

/** An item to be stored, or the reason why it could never be produced. */
type Read = ScheduleItem | string | null;

/** Stores items that are to be produced later. A second item of the same id replaces the first. */
export function createScheduler(store: Pick<ScheduleStore, "save">): SinkProcessor<ScheduleItem> {
  return {
    kind: "sink",
    name: "scheduler",
    inputs: ["comms.schedule"],
    apply: async (batch) => {
      const reads = batch.map(({ value }): Read => (value && issueOf(value)) ?? value);
      return writeReads(reads, (some) => store.save(some.filter((item) => item !== null)), poison);
    },
  };
}
