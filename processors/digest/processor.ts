import type { Cancellation, DigestItem } from "#shared/contracts/records.ts";
import { cadenceOf } from "#shared/domain/cadence/cadence.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { isInCalendar } from "#shared/domain/time/calendar.ts";

import { AppError } from "#shared/platform/errors/app-error.ts";
import type { SinkProcessor } from "#shared/runtime/processor.ts";
import { writeReads } from "#shared/runtime/records/bisect.ts";
import type { DigestStore, PlacedItem } from "./adapters/digest-store.ts";
import { cutPayload } from "./core/item-payload.ts";
import { type CollectionTime, type WindowLength, windowOf } from "./core/window.ts";

/** An item as it is kept, a cancellation, or the issue that keeps an item out of every digest. */
type Read = DigestItem | Cancellation | string;

/**
 * Collects items into the window of their person. An item that comes after its window closed goes into the next one. A
 * cancellation is kept for the windows that its items are in.
 */
export function createDigest(
  store: Pick<DigestStore, "collect" | "cancel">,
  length?: WindowLength,
): SinkProcessor<DigestItem | Cancellation> {
  return {
    kind: "sink",
    name: "digest",
    inputs: ["comms.digest", "comms.cancellations"],
    apply: async (batch, now) => {
      const reads = batch.map(({ value }): Read => (value && "cancelled_at" in value ? value : read(value)));
      const write = async (some: readonly Exclude<Read, string>[]): Promise<void> => {
        const cancellations = some.filter((one) => "cancelled_at" in one);
        if (cancellations.length > 0) await store.cancel(cancellations, now);
        const items = some.filter((one) => "item_id" in one);
        await collect(store, items, { at: now, length });
      };
      return writeReads(reads, write, invalid);
    },
  };
}

/** Safe to call again for items that it placed before: an item stays in the digest that it is in. */
async function collect(
  store: Pick<DigestStore, "collect">,
  items: readonly DigestItem[],
  { at: now, length }: CollectionTime,
): Promise<void> {
  if (items.length === 0) return;
  const placed = items.flatMap((item) => place(item, { at: item.recorded_at, length }));
  const late = await store.collect(placed, now);
  if (late.length === 0) return;
  const placedLate = late.flatMap((item) => place(item, { at: now, length }));
  const left = await store.collect(placedLate, now);
  if (left.length > 0) throw windowShut(left.length);
}

function place(item: DigestItem, time: CollectionTime): readonly PlacedItem[] {
  const cadence = cadenceOf(item.cadence);
  return cadence ? [{ item, window: windowOf(item, cadence, time) }] : [];
}

/** Two windows closed one after the other while the items were on their way: the batch is placed again a moment later. */
function windowShut(items: number): AppError {
  return new AppError("DIGEST_WINDOW_SHUT", `${items} items fell into windows that are being summed up`, {
    retryable: true,
  });
}

function read(item: DigestItem | null): DigestItem | string {
  const cadence = item ? cadenceOf(item.cadence) : undefined;
  if (!item || !cadence) return "The item names a cadence that does not exist";
  const times = [item.recorded_at, item.occurred_at, item.received_at ?? item.recorded_at];
  if (!times.every(isInCalendar)) return "A time of the item is in no calendar";
  const payload = cutPayload(item.payload, cadence.fields);
  return payload === undefined ? "The payload of the item is no JSON object" : { ...item, payload };
}

function invalid(message: string): Outcome {
  return { kind: "deadLetter", reason: "COMMS_INVALID_EVENT", message };
}
