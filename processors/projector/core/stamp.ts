import type { Instant } from "#shared/domain/time/instant.ts";

/**
 * Orders the records that may fill a group of columns: of two, the one with the greater stamp does. The parts count from
 * the left; a record's id at the end makes every stamp different, so the order is total. Compared byte by byte.
 */
export function stampOf(weight: number, recordedAt: Instant, id: string): string {
  return `${String(weight).padStart(4, "0")}|${String(recordedAt).padStart(15, "0")}|${id}`;
}

/** Of no record: less than every stamp. */
export const noStamp = "";
