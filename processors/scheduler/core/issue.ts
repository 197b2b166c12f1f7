import type { ScheduleItem } from "#shared/contracts/records.ts";
import { topicRecords } from "#shared/contracts/topics.ts";
import { isInCalendar } from "#shared/domain/time/calendar.ts";

/** What an item may hold, bytes: a topic takes 1 MiB a record, and 16 KiB are kept for the envelope. */
const bytesMax = 1_048_576 - 16_384;

/** Why an item could be taken in, but never be given out; undefined where it can. A sentence without values. */
export function issueOf(item: ScheduleItem): string | undefined {
  if (!Object.hasOwn(topicRecords, item.target_topic)) return "The item names a topic that does not exist";
  const times = [item.created_at, item.due_at, item.expires_at ?? item.due_at];
  if (!times.every(isInCalendar)) return "A time of the item is in no calendar";
  if (sizeOf(item) > bytesMax) return "The item is larger than its topic takes";
  return undefined;
}

function sizeOf({ payload, key, headers }: ScheduleItem): number {
  const texts = [key, ...Object.entries(headers).flat()];
  // A character of text takes three bytes at most for each unit of its length.
  return texts.reduce((sum, text) => sum + 3 * text.length, payload.length);
}
