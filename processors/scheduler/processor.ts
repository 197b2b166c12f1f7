import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Cancellation, Flag, ScheduleItem } from "#shared/contracts/records.ts";
import type { SinkProcessor } from "#shared/runtime/processor.ts";
import { writeReads } from "#shared/runtime/records/bisect.ts";
import { poison } from "#shared/runtime/records/decode.ts";
import type { ScheduleStore } from "./adapters/schedule-store.ts";
import { issueOf } from "./core/issue.ts";
import { pauseOf } from "./core/pauses.ts";

type Input = ScheduleItem | Cancellation | Flag;

/** What is to be stored, or the reason why it could never be produced. */
type Read = DecodedRecord<Input | null> | string;

/**
 * Stores items that are to be produced later. A second item of the same id replaces the first. A cancellation makes the items
 * of its cause due at once: the router ends their messages. A flag says what is paused (`releaser.ts`).
 */
export function createScheduler(store: Pick<ScheduleStore, "save" | "cancel" | "pause">): SinkProcessor<Input> {
  return {
    kind: "sink",
    name: "scheduler",
    inputs: ["comms.schedule", "comms.cancellations", "comms.flags"],
    apply: async (batch, now) => {
      const reads = batch.map((record): Read => {
        return isItem(record) ? (issueOf(record.value) ?? record) : record;
      });
      const write = async (some: readonly Exclude<Read, string>[]): Promise<void> => {
        const items = some.filter(isItem).map(({ value }) => value);
        const cancellations = some.filter(isCancellation).map(({ value }) => value);
        const pauses = some.filter(isFlag).flatMap(({ origin, value }) => pauseOf(origin.key, value) ?? []);
        await store.save(items);
        if (pauses.length > 0) await store.pause(pauses);
        if (cancellations.length > 0) await store.cancel(cancellations, now);
      };
      return writeReads(reads, write, poison);
    },
  };
}

function isItem(record: DecodedRecord<Input | null>): record is DecodedRecord<ScheduleItem> {
  return record.topic === "comms.schedule" && record.value !== null;
}

function isFlag(record: DecodedRecord<Input | null>): record is DecodedRecord<Flag | null> {
  return record.topic === "comms.flags";
}

function isCancellation(record: DecodedRecord<Input | null>): record is DecodedRecord<Cancellation> {
  return record.topic === "comms.cancellations" && record.value !== null;
}
