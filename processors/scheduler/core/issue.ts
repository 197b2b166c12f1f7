import type { ScheduleItem } from "#shared/contracts/records.ts";
import { topicRecords } from "#shared/contracts/topics.ts";
import { isInCalendar } from "#shared/domain/time/calendar.ts";

/** The most bytes of an item: a topic takes 1 MiB a record, and 16 KiB are reserved for the envelope. */
const bytesMax = 1_048_576 - 16_384;

/** The reason why an item could be stored but never produced, a sentence without values; undefined if there is none. */
export function issueOf(item: ScheduleItem): string | undefined {
  if (!Object.hasOwn(topicRecords, item.target_topic)) return "The item names a topic that does not exist";
  const times = [item.created_at, item.due_at, item.expires_at ?? item.due_at, item.received_at ?? item.due_at];
  if (!times.every(isInCalendar)) return "A time of the item is in no calendar";
  if (sizeOf(item) > bytesMax) return "The item is larger than its topic takes";
  return undefined;
}

function sizeOf({ payload, key, headers }: ScheduleItem): number {
  const texts = [key, ...Object.entries(headers).flat()];
  // A UTF-16 unit of text takes at most three bytes.
  return texts.reduce((sum, text) => sum + 3 * text.length, payload.length);
}
