import type { Instant } from "#shared/domain/time/instant.ts";

/**
 * Orders the records that may fill a group of columns: the one with the greater stamp does. The parts count from the
 * left; the record's id at the end makes every stamp different, so the order is total. Compared byte by byte.
 */
export function stampOf(weight: number, recordedAt: Instant, id: string): string {
  return `${String(weight).padStart(4, "0")}|${String(recordedAt).padStart(15, "0")}|${id}`;
}

/** The stamp of no record: less than every other stamp. */
export const noStamp = "";
